// The viewers of an item. A page of a document that is exchanged for another brings its own image to look at.
import { Leafing } from "./viewer/leafing.js";
import { Playing } from "./viewer/playing.js";
import { Zoom } from "./viewer/zoom.js";

function enliven(within) {
  for (const root of within.querySelectorAll("[data-zoom]")) new Zoom(root);
  for (const root of within.querySelectorAll("[data-playing]")) new Playing(root);
}

enliven(document);
new Leafing(enliven);
