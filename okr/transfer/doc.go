// Package transfer moves OKRs into okrbot and out of it: what files hold ([Bundle]), what
// an import of them would do, the import itself, and exports. How the files are written is
// in package files below this one.
package transfer
