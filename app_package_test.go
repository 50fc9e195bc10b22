package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/manifest"
)

// packed is what a test reads of manifest.json.
type packed struct {
	Version string
	Name    struct{ Short, Full string }

	Description struct{ Short, Full string }

	Developer struct{ Name, WebsiteURL, PrivacyURL, TermsOfUseURL string }

	WebApplicationInfo struct{ ID, Resource string }
}

func unpack(t *testing.T, archive []byte) packed {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	f, err := files.Open("manifest.json")
	require.NoError(t, err)
	defer f.Close()
	var p packed
	require.NoError(t, json.NewDecoder(f).Decode(&p))
	return p
}

func TestPackageGoesToStandardOutput(t *testing.T) {
	t.Parallel()
	var out, said bytes.Buffer
	p := program{
		[]string{"-name", "OKRs", "-developer", "Contoso", "-privacy", "https://contoso.example/privacy", "-"},
		configEnv(map[string]string{"PUBLIC_URL": "https://okr.contoso.example/"}), &out, &said,
	}
	require.NoError(t, writeManifest(p))
	got := unpack(t, out.Bytes())
	require.Equal(t, "OKRs", got.Name.Short)
	require.Equal(t, "Contoso", got.Developer.Name)
	require.Equal(t, "https://contoso.example/privacy", got.Developer.PrivacyURL)
	require.Equal(t, "https://okr.contoso.example/terms", got.Developer.TermsOfUseURL, "the page of okrbot itself")
	require.Contains(t, said.String(), "version "+got.Version)
	require.True(t, strings.HasSuffix(got.Description.Full, "\n\n"+version()), got.Description.Full)
}

// TestPackageNamesTheResourceOfSingleSignOn: by default the bot's, and the registration that signs people in.
func TestPackageNamesTheResourceOfSingleSignOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set          map[string]string
		id, resource string
	}{
		"off":            {map[string]string{"SSO_RESOURCE": "api://okr"}, "", ""},
		"the bot's":      {map[string]string{"SSO_CONNECTION": "ado"}, configApp, "api://botid-" + configApp},
		"another app's":  {map[string]string{"SSO_CONNECTION": "ado", "ADO_CLIENT_ID": configOther}, configOther, "api://botid-" + configApp},
		"a resource too": {map[string]string{"SSO_CONNECTION": "ado", "SSO_RESOURCE": "api://okr.contoso.example/botid-1"}, configApp, "api://okr.contoso.example/botid-1"},
	} {
		var out bytes.Buffer
		set := map[string]string{"PUBLIC_URL": "https://okr.contoso.example/"}
		maps.Copy(set, test.set)
		require.NoError(t, writeManifest(program{[]string{"-"}, configEnv(set), &out, io.Discard}), name)
		got := unpack(t, out.Bytes()).WebApplicationInfo
		require.Equal(t, []string{test.id, test.resource}, []string{got.ID, got.Resource}, name)
	}
}

func TestEachPackageHasAHigherVersion(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	require.Equal(t, "1.20818.1439", versionAt(midnight))
	require.Equal(t, "1.20819.0", versionAt(midnight.Add(time.Minute)))
}

func TestPackageRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "okrbot.zip")
	for name, args := range map[string][]string{
		"no file": {}, "two files": {file, file}, "an unknown flag": {"-colour", "red", file}, "a flag alone": {"-version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"manifest"}, args...), configEnv(nil), &bytes.Buffer{})
			require.Equal(t, 2, exitCode(err), "%v", err)
		})
	}
	err := run(t.Context(), []string{"manifest", "-version", "7", file}, configEnv(nil), &bytes.Buffer{})
	require.ErrorContains(t, err, "three numbers")
	require.NoFileExists(t, file)
}

// TestPagesOfThePackageAreServed asks okrbot for the pages that its app package names.
func TestPagesOfThePackageAreServed(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	for path := range manifest.Pages() {
		requireAnswer(t, "http://"+w.Address+path, 200)
	}
	requireAnswer(t, "http://"+w.Address+"/nothing", 404)
}
