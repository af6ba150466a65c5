"use strict";
(() => {
  const plots = [...document.querySelectorAll(".plot")];
  const source = plot => JSON.parse(document.getElementById(plot.id + "-data").textContent);
  if (typeof Plotly === "undefined") {
    document.querySelectorAll("figure details").forEach(table => { table.open = true; });
    document.querySelectorAll(".absent").forEach(note => { note.hidden = false; });
    return;
  }
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const theme = plot => {
    const change = {"font.color": colour("--ink"), "xaxis.gridcolor": colour("--line")};
    Plotly.relayout(plot, change);
    plot.data.forEach((trace, i) => {
      if (trace.error_x) Plotly.restyle(plot, {"error_x.color": colour("--ink")}, [i]);
      if (trace.customdata) Plotly.restyle(plot, {"marker.line.color": colour("--paper")}, [i]);
    });
  };
  // Flame graphs: names are cut to the width of their box at this zoom, and stored escaped, as plotly wants them.
  const plain = text => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const pen = document.createElement("canvas").getContext("2d");
  const cut = (name, room) => {
    let letters = [...name];
    if (room < 14 || pen.measureText(name).width <= room) return room < 14 ? "" : name;
    letters = letters.slice(0, Math.ceil(room / 4));
    while (letters.length && pen.measureText(letters.join("") + "…").width > room) letters.pop();
    return letters.length > 1 ? letters.join("") + "…" : "";
  };
  const fit = plot => {
    pen.font = "12px system-ui, sans-serif";
    const axis = plot._fullLayout.xaxis, [left, right] = axis.range, scale = axis._length / (right - left);
    const texts = plot.data.map(trace => trace.customdata.map((name, i) => {
      const seen = Math.min(trace.base[i] + trace.x[i], right) - Math.max(trace.base[i], left);
      return escaped(cut(plain(name), seen * scale - 7));
    }));
    Plotly.restyle(plot, {text: texts});
  };
  const search = plot => {
    const make = name => document.createElement(name), row = make("p"), field = make("input"), found = make("span");
    row.className = found.className = "find";
    Object.assign(field, {type: "search", placeholder: "Find a frame", ariaLabel: "Find a frame"});
    const hint = "Drag or click a frame to zoom, double-click to reset.";
    found.textContent = hint;
    field.oninput = () => {
      const wanted = field.value.toLowerCase();
      const hits = plot.data.map(trace => trace.customdata.map(name => plain(name).toLowerCase().includes(wanted)));
      Plotly.restyle(plot, {"marker.opacity": hits.map(trace => trace.map(hit => hit ? 1 : 0.2))});
      found.textContent = wanted ? hits.flat().filter(Boolean).length + " frames" : hint;
    };
    row.append(field, found);
    plot.before(row);
  };
  const flame = plot => {
    search(plot);
    fit(plot);
    plot.on("plotly_click", event => {
      const point = event.points[0], trace = plot.data[point.curveNumber], start = trace.base[point.pointNumber];
      Plotly.relayout(plot, {"xaxis.range": [start, start + trace.x[point.pointNumber]]});
    });
    plot.on("plotly_relayout", change => {
      if (Object.keys(change).some(key => /^xaxis\.(auto)?range/.test(key))) fit(plot);
    });
    new ResizeObserver(() => requestAnimationFrame(() => fit(plot))).observe(plot);
  };
  const touch = matchMedia("(pointer: coarse)").matches;
  plots.forEach(plot => {
    const figure = source(plot);
    if (touch) figure.layout.dragmode = false;  // a finger that drags wants to scroll
    Plotly.newPlot(plot, figure.data, figure.layout, {responsive: true, displayModeBar: false, doubleClick: "reset"});
    theme(plot);
    if (figure.data.length && figure.data[0].customdata) flame(plot);
  });
  const again = () => plots.forEach(plot => { Plotly.Plots.resize(plot); theme(plot); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  matchMedia("print").addEventListener("change", again);
})();
