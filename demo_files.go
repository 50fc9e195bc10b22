package main

import (
	"embed"
	"path"

	"okrbot/bot/bottest"
)

// exportsOfContoso are those of an invented organization, for people who try an import and
// have none at hand.
//
//go:embed okr/transfer/files/testdata/contoso.zip okr/transfer/files/testdata/contoso.csv
var exportsOfContoso embed.FS

// sampleExports are the files that the demo's page offers to send.
func sampleExports() ([]bottest.File, error) {
	const folder = "okr/transfer/files/testdata"
	var out []bottest.File
	for _, name := range []string{"contoso.zip", "contoso.csv"} {
		content, err := exportsOfContoso.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		out = append(out, bottest.File{Name: name, Content: content})
	}
	return out, nil
}
