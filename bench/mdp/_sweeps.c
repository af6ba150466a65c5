/* Value iteration over the rows of _rows.py, in doubles: what a processor does instead of the engine.
 *
 * The two bounds of a value lie side by side and move as one vector of two doubles; an edge is its place and its weight
 * side by side; rows are stored in the order of a sweep. Nothing else is known of a model here. Vectors are those of gcc
 * and clang, so this is the same for every processor. _software.py says what was tried beside it. */

#include <stdint.h>
#include <stdlib.h>

typedef double bounds __attribute__((vector_size(16)));

struct edge {
    int64_t place;
    double weight;
};

struct row {
    int32_t end, target, best, delay;
};

/* What Rows holds, as its docstrings say; the last three are 64-bit integers. */
struct model {
    const int64_t *start, *place, *weight, *best, *target, *delay, *weights, *lower, *upper;
    int64_t rows, slots, settled, root, fraction;
};

static bounds largest(const bounds *value, const struct edge *at, const struct edge *end)
{
    double low = 0, high = 0;
    for (; at < end; at++) {
        bounds next = value[at->place];
        low = next[0] > low ? next[0] : low;
        high = next[1] > high ? next[1] : high;
    }
    return (bounds){low, high};
}

static bounds weighted(const bounds *value, const struct edge *at, const struct edge *end)
{
    bounds sum = {0, 0};
    for (; at < end; at++)
        sum += value[at->place] * at->weight;
    return sum;
}

static int64_t sweep_until(const struct model *model, const struct edge *edges, const struct row *rows, bounds *value,
                           double tolerance, int64_t most)
{
    int64_t sweeps = 0, first = 0, root = model->root;
    while (value[root][1] - value[root][0] > tolerance) {
        if (sweeps == most)
            return -1;
        const struct edge *at = edges + model->start[first];
        for (int64_t i = first; i < model->rows; i++) {
            const struct edge *end = edges + rows[i].end;
            if (sweeps >= rows[i].delay)
                value[rows[i].target] = rows[i].best ? largest(value, at, end) : weighted(value, at, end);
            at = end;
        }
        first = model->settled;
        sweeps++;
    }
    return sweeps;
}

/* Sweep until the bounds of the root are within the tolerance; write them to `found`.
 * Returns the sweeps that took, those of the lag included; -1 if `most` were not enough, -2 if memory was not. */
int64_t mdp_sweep(const struct model *model, double tolerance, int64_t most, double *found)
{
    int64_t count = model->start[model->rows], sweeps = -2;
    double unit = 1.0 / (double)((int64_t)1 << model->fraction);
    struct edge *edges = malloc(count * sizeof *edges);
    struct row *rows = malloc(model->rows * sizeof *rows);
    bounds *value = aligned_alloc(sizeof *value, model->slots * sizeof *value);
    if (edges && rows && value) {
        for (int64_t i = 0; i < count; i++)
            edges[i] = (struct edge){model->place[i], (double)model->weights[model->weight[i]] * unit};
        for (int64_t i = 0; i < model->rows; i++)
            rows[i] = (struct row){model->start[i + 1], model->target[i], model->best[i], model->delay[i]};
        for (int64_t i = 0; i < model->slots; i++)
            value[i] = (bounds){(double)model->lower[i] * unit, (double)model->upper[i] * unit};
        sweeps = sweep_until(model, edges, rows, value, tolerance, most);
        found[0] = value[model->root][0];
        found[1] = value[model->root][1];
    }
    free(edges);
    free(rows);
    free(value);
    return sweeps;
}
