// The interface of a compiled core: what bench/cores.py calls through ctypes, over CXXRTL's own C interface.
// Values cross as 32-bit words, the lowest first, in as many as the port needs.

#include <cstdint>
#include <cstring>
#include <string>

#include "design.cc"
#include <cxxrtl/capi/cxxrtl_capi.cc>

namespace {

struct core {
  cxxrtl_handle design;
  cxxrtl_object *clock;
  bool stale;  // an input was set since the logic settled
};

size_t words(const cxxrtl_object *port) { return (port->width + 31) / 32; }

cxxrtl_object *find(core *self, const char *name) {
  cxxrtl_object *found = cxxrtl_get(self->design, name);
  return found ? found : cxxrtl_get(self->design, (std::string("\\") + name).c_str());
}

// After the rising edge what depends on registers by logic alone is stale: it settles while the clock falls.
void cycle(core *self) {
  self->clock->next[0] = 1;
  cxxrtl_step(self->design);
  self->clock->next[0] = 0;
  cxxrtl_step(self->design);
}

// An input must have settled before the edge samples it, and an output before it is read.
void settle(core *self) {
  if (self->stale) cxxrtl_step(self->design);
  self->stale = false;
}

}  // namespace

extern "C" {

void *core_make() {
  core *self = new core{cxxrtl_create(cxxrtl_design_create()), nullptr, true};
  self->clock = find(self, "clk");
  return self;
}

void core_free(void *made) {
  cxxrtl_destroy(static_cast<core *>(made)->design);
  delete static_cast<core *>(made);
}

void *core_find(void *made, const char *name) { return find(static_cast<core *>(made), name); }

void core_set(void *made, void *port, const char *value) {
  cxxrtl_object *to = static_cast<cxxrtl_object *>(port);
  std::memcpy(to->next, value, 4 * words(to));
  static_cast<core *>(made)->stale = true;
}

void core_get(void *made, void *port, char *value) {
  settle(static_cast<core *>(made));
  cxxrtl_object *from = static_cast<cxxrtl_object *>(port);
  std::memcpy(value, from->curr, 4 * words(from));
}

void core_tick(void *made, uint64_t cycles) {
  core *self = static_cast<core *>(made);
  settle(self);
  while (cycles--) cycle(self);
}

// Returns how many cycles passed before the port held the value; `most` where it does not by then.
uint64_t core_until(void *made, void *port, const char *value, uint64_t most) {
  core *self = static_cast<core *>(made);
  cxxrtl_object *from = static_cast<cxxrtl_object *>(port);
  settle(self);
  uint64_t passed = 0;
  while (passed < most && std::memcmp(from->curr, value, 4 * words(from)) != 0) {
    cycle(self);
    passed++;
  }
  return passed;
}
}
