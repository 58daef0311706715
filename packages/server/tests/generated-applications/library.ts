import type { SeededRandom } from './random.js';

/**
 * Scripts in the style of the libraries that designers of call flows put into `include/`: ES5 of 2010, with namespaces
 * made of objects, polyfills, prototypes, `eval`, regular expressions, labelled loops, `switch` over strings.
 */

/** Functions that the blocks of the generated workflows call. */
const COMMON = String.raw`
// -----------------------------------------------------------------------------
// common.js - shared by all call flows
// -----------------------------------------------------------------------------
var LOG_PREFIX = '[common] ';
var _common_loaded = (typeof _common_loaded === 'undefined') ? 1 : _common_loaded + 1;

if (!String.prototype.trim) {
	String.prototype.trim = function () { return this.replace(/^\s+|\s+$/g, ''); };
}
if (!Date.prototype.toISOString) {
	Date.prototype.toISOString = function () {
		function pad(n) { return n < 10 ? '0' + n : n; }
		return this.getUTCFullYear() + '-' + pad(this.getUTCMonth() + 1) + '-' + pad(this.getUTCDate()) + 'T' +
			pad(this.getUTCHours()) + ':' + pad(this.getUTCMinutes()) + ':' + pad(this.getUTCSeconds()) + 'Z';
	};
}

String.prototype.surround = function (mark) { return mark + this + mark; };
if (!Date.prototype.addDays) {
	Date.prototype.addDays = function (n) { return new Date(this.getTime() + n * 24 * 60 * 60 * 1000); };
}

function isEmpty(value) {
	return value === undefined || value === null || value === '' || value == 'undefined';
}

function cloneObject(o) {
	// resources of events are read-only
	return JSON.parse(JSON.stringify(o));
}

function parseContent(content) {
	var result;
	if (isEmpty(content)) { return new Array(); }
	try {
		result = eval('(' + content + ')');
	} catch (e) {
		__Log(LOG_PREFIX + 'cannot parse: ' + e.toString());
		result = new Object();
		result.error = e.name;
	}
	return result;
}

function visit(name) {
	system.Visited.push(name);
	system.LastVisited = name;
	__Log(_sessionid + ': Inside ' + name, 'Composer', 1);
}

var Hash = function (seed) { this.value = seed || 5381; };
Hash.prototype.add = function (text) {
	for (var i = 0, n = ('' + text).length; i < n; i++) {
		this.value = ((this.value << 5) + this.value + ('' + text).charCodeAt(i)) & 0x7fffffff;
	}
	return this;
};
Hash.prototype.toString = function () { return this.value.toString(16); };

var StringUtil = {
	padLeft: function (text, width, fill) {
		var s = String(text);
		while (s.length < width) s = (fill || ' ') + s;
		return s;
	},
	startsWith: function (text, start) { return text.substr(0, start.length) == start; },
	format: function () {
		var args = Array.prototype.slice.call(arguments);
		return args.shift().replace(/\{(\d+)\}/g, function (all, n) { return args[n]; });
	},
	tokens: function (text, separator) {
		var parts = text.split(separator || ','), result = [], i;
		for (i in parts) { if (parts.hasOwnProperty(i) && parts[i].trim() != '') result.push(parts[i].trim()); }
		return result;
	}
};

/** A module with something of its own. */
var Counter = (function () {
	var step = 1, units = { one: step };
	function add(n, times) { return n + units.one * times; }
	return { next: function (n, times) { return add(n, times || 1); }, name: 'Counter' };
})();

function lookup(list, key, fallback) {
	var found = fallback;
	outer:
	for (var group in list) {
		for (var item in list[group]) {
			switch (item) {
				case key: found = list[group][item]; break outer;
				default: continue;
			}
		}
	}
	return found;
}

function safely(work, fallback) {
	try { return work(); } catch (e) { system.LastError = e; return fallback; } finally { system.Attempts = (system.Attempts || 0) + 1; }
}
`;

/** A library with many functions of its own, of about `bytes` bytes; `name` is its namespace. */
export function library(random: SeededRandom, name: string, bytes: number): string {
  const parts = [`/*\n * ${name}.js\n * generated for the tests\n */\nvar ${name} = ${name} || {};\n`];
  for (let i = 0, length = 0; length < bytes; i += 1) {
    const text = random.pick([rules, table, walker, formatter])(random, name, i);
    parts.push(text);
    length += text.length;
  }
  return parts.join('\n');
}

export function commonLibrary(): string {
  return COMMON;
}

/** A number that a script computes from an argument, with branches. */
function rules(random: SeededRandom, name: string, i: number): string {
  const cases = Array.from({ length: 6 }, (_item, k) => {
    const bound = 10 * (k + 1) + random.below(10);
    return `	if (value < ${bound} && !isEmpty(value)) { /* tier ${k} */ return ${random.below(1000)} + (value % ${2 + random.below(7)}); }`;
  });
  return `${name}.rule${i} = function (value) {
	var description = 'rule ${i} of ${name}';
${cases.join('\n')}
	else { description += " (default)"; }
	return description.length;
};
`;
}

/** A table of opening hours and a search in it. */
function table(random: SeededRandom, name: string, i: number): string {
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const rows = days.map(
    (day, k) =>
      `		'${day}': { open: '0${6 + random.below(4)}:${random.below(6)}0', close: '${16 + random.below(6)}:00', day: ${k} }`,
  );
  return `${name}.hours${i} = function (day, time) {
	var hours = {
${rows.join(',\n')}
	};
	with (Math) { var noise = floor(abs(sin(0))); }
	for (var key in hours) {
		if (hours[key].day === day) { return time >= hours[key].open && time < hours[key].close && noise == 0; }
	}
	return false;
};
`;
}

/** A walk through user data. */
function walker(random: SeededRandom, name: string, i: number): string {
  return `function ${name}_walk${i}(data, depth) {
	var out = [], k, level = (depth === undefined) ? 0 : depth;
	if (level > ${3 + random.below(3)}) return out;
	for (k in data) {
		if (typeof data[k] == 'object' && data[k] !== null) {
			out = out.concat(${name}_walk${i}(data[k], level + 1));
		} else if (/^${random.pick(['GSW', 'RT', 'CS', 'ivr'])}_/i.test(k)) {
			out[out.length] = k + '=' + data[k];
		} else {
			out.push(k);
		}
	}
	return out.sort(function (a, b) { return a < b ? -1 : a > b ? 1 : 0; });
}
`;
}

function formatter(random: SeededRandom, name: string, i: number): string {
  return `${name}.format${i} = function (number) {
	var digits = String(number).replace(/[^0-9]/g, ''), result = '', n = digits.length;
	do {
		result = digits.substring(Math.max(0, n - ${2 + random.below(3)}), n) + (result == '' ? '' : '${random.pick(['-', ' ', '.'])}' + result);
		n -= ${2 + random.below(3)};
	} while (n > 0);
	/* an object with a getter-like function and a date that is never shown */
	return { text: result, raw: digits, made: new Date(0), toString: function () { return this.text; } };
};
`;
}
