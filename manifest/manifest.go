// Package manifest builds the Teams app package: the zip file that an administrator uploads so that people can add
// okrbot to their chats and teams.
//
// It holds manifest.json (schema 1.29), color.png and outline.png at its root, as "Teams app package" on Microsoft Learn
// asks. Limits are those of the manifest schema, published in the repository OfficeDev/microsoft-teams-app-schema.
package manifest

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
)

// Build writes the app package to w. It first checks the options and reports all that is wrong with them at once.
// The same options always give the same bytes.
func Build(w io.Writer, o Options) error {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	archive := zip.NewWriter(w)
	if err := addJSON(archive, "manifest.json", newDocument(o)); err != nil {
		return err
	}
	if err := addPNG(archive, colorName, colorIcon()); err != nil {
		return err
	}
	if err := addPNG(archive, outlineName, outlineIcon()); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("manifest: end of the package: %w", err)
	}
	return nil
}

func addJSON(archive *zip.Writer, name string, v any) error {
	f, err := archive.Create(name)
	if err != nil {
		return fmt.Errorf("manifest: %s: %w", name, err)
	}
	e := json.NewEncoder(f)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("manifest: %s: %w", name, err)
	}
	return nil
}

func addPNG(archive *zip.Writer, name string, icon image.Image) error {
	f, err := archive.Create(name)
	if err != nil {
		return fmt.Errorf("manifest: %s: %w", name, err)
	}
	if err := png.Encode(f, icon); err != nil {
		return fmt.Errorf("manifest: %s: %w", name, err)
	}
	return nil
}
