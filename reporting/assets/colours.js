// Dark shades of a hue are lost on dark paper: there they are mixed with white until they stand out (a contrast of 3).
const brightness = hex => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
  const part = parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
  return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
}, 0);
const lighter = hex => "#" + [1, 3, 5].map(i => {
  const part = parseInt(hex.slice(i, i + 2), 16);
  return Math.round(part + (255 - part) * 0.1).toString(16).padStart(2, "0");
}).join("");
const readable = hex => {
  if (!isDark() || matchMedia("print").matches) return hex;
  while (brightness(hex) + 0.05 < 3 * (brightness(colour("--paper")) + 0.05)) hex = lighter(hex);
  return hex;
};
const recoloured = value => {
  if (typeof value === "string") return /^#[0-9a-f]{6}$/i.test(value) ? readable(value) : value;
  if (Array.isArray(value)) return value.map(recoloured);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, recoloured(part)]));
};
