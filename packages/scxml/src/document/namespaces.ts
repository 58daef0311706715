/** Namespace of SCXML elements. */
export const scxmlUri = 'http://www.w3.org/2005/07/scxml';

/** Elements of the language: an author may have forgotten the namespace, or written a wrong one. */
export function normaliseNamespace(uri: string): string {
  return uri.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

const bareScxmlUri = 'www.w3.org/2005/07/scxml';

/** True for the namespace of SCXML elements, also as documents of that time wrote it: without `http://`. */
export function isScxmlUri(uri: string): boolean {
  return uri === scxmlUri || uri === bareScxmlUri || normaliseNamespace(uri) === bareScxmlUri;
}

const vendorModules = /^www\.genesyslab\.com\/modules\//;

/** True for the namespaces of the original's modules, in both forms that are in use. */
export function isVendorModule(uri: string): boolean {
  return vendorModules.test(normaliseNamespace(uri));
}
