// Package files reads and writes the files of an import and an export: the organization
// export of Viva Goals (a ZIP of JSON files), the Explorer's CSV and XLSX, and the template
// for bulk imports.
package files
