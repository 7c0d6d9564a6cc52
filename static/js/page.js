// The one module that every page loads; each piece finds its own elements by data-*.
import "./copy.js";
import "./appearance.js";
import "./confirm.js";
import "./focus.js";
