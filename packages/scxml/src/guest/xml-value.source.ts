/**
 * Guest source: a read-only DOM for XML values (SCXML 1.0, B.2.8.1). The host parses; a node arrives as
 * [name, attributes, children] or as text.
 */
export const xmlValueSource = `
function escapeXml(text) {
  return String(text).replace(/[&<>"]/g, function (c) {
    return c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&quot;';
  });
}
class XmlNode {
  constructor(parent) { this.parentNode = parent; this.childNodes = []; }
  get firstChild() { return this.childNodes[0] || null; }
  get lastChild() { return this.childNodes[this.childNodes.length - 1] || null; }
  get children() { return this.childNodes.filter(function (node) { return node.nodeType === 1; }); }
  get nextSibling() {
    var all = this.parentNode === null ? [] : this.parentNode.childNodes;
    return all[all.indexOf(this) + 1] || null;
  }
  get ownerDocument() {
    var node = this;
    while (node.parentNode !== null) node = node.parentNode;
    return node;
  }
  get textContent() { return this.childNodes.map(function (node) { return node.textContent; }).join(''); }
  get nodeValue() { return null; }
  getElementsByTagName(name) {
    var found = [];
    (function visit(node) {
      node.childNodes.forEach(function (child) {
        if (child.nodeType !== 1) return;
        if (name === '*' || child.tagName === name) found.push(child);
        visit(child);
      });
    })(this);
    return found;
  }
  toString() { return this.childNodes.join(''); }
  toJSON() { return { $xml: this.toString() }; }
}
class XmlDocument extends XmlNode {
  get nodeType() { return 9; }
  get nodeName() { return '#document'; }
  get documentElement() { return this.children[0] || null; }
}
class XmlElement extends XmlNode {
  constructor(parent, name, attributes) {
    super(parent);
    this.tagName = name;
    this.attributes = Object.keys(attributes).map(function (key) { return { name: key, value: attributes[key] }; });
  }
  get nodeType() { return 1; }
  get nodeName() { return this.tagName; }
  get localName() { return this.tagName.slice(this.tagName.indexOf(':') + 1); }
  getAttribute(name) {
    var found = this.attributes.find(function (attribute) { return attribute.name === name; });
    return found === undefined ? null : found.value;
  }
  hasAttribute(name) { return this.getAttribute(name) !== null; }
  toString() {
    var tag = this.tagName + this.attributes.map(function (attribute) {
      return ' ' + attribute.name + '="' + escapeXml(attribute.value) + '"';
    }).join('');
    var inner = this.childNodes.join('');
    return inner === '' ? '<' + tag + '/>' : '<' + tag + '>' + inner + '</' + this.tagName + '>';
  }
}
class XmlText extends XmlNode {
  constructor(parent, text) { super(parent); this.data = text; }
  get nodeType() { return 3; }
  get nodeName() { return '#text'; }
  get nodeValue() { return this.data; }
  get textContent() { return this.data; }
  toString() { return escapeXml(this.data); }
}
function buildXml(parent, tree) {
  if (typeof tree === 'string') return new XmlText(parent, tree);
  var element = new XmlElement(parent, tree[0], tree[1]);
  element.childNodes = tree[2].map(function (child) { return buildXml(element, child); });
  return Object.freeze(element);
}
function xmlValue(host, text) {
  var tree = host('xml', JSON.stringify(text));
  if (tree === undefined) throw new SyntaxError('The XML is not well-formed.');
  var document = new XmlDocument(null);
  document.childNodes.push(buildXml(document, JSON.parse(tree)));
  return Object.freeze(document);
}
`;
