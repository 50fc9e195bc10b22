package manifest_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"okrbot/manifest"
)

const appID = "11111111-2222-4333-8444-555555555555"

func options() manifest.Options {
	return manifest.Options{AppID: appID, PublicURL: "https://okrbot.example.com"}
}

// build returns the files of the package by name.
func build(t *testing.T, o manifest.Options) map[string][]byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, manifest.Build(&b, o))
	return unpacked(t, b.Bytes())
}

func unpacked(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		files[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return files
}

// usual are the files of the package of the usual options, to be looked at only: drawing its pictures takes most of the time.
func usual(t *testing.T) map[string][]byte {
	t.Helper()
	archive, err := usualPackage()
	require.NoError(t, err)
	return unpacked(t, archive)
}

var usualPackage = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	err := manifest.Build(&b, options())
	return b.Bytes(), err
})

func TestPackageHoldsItsThreeFilesAtTheRoot(t *testing.T) {
	t.Parallel()
	files := usual(t)
	require.Len(t, files, 3)
	require.Contains(t, files, "manifest.json")
	require.Contains(t, files, "color.png")
	require.Contains(t, files, "outline.png")
}

func TestManifestFollowsTheSchemaOfTeams(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	long := options()
	long.Name, long.FullName = strings.Repeat("é", 30), strings.Repeat("é", 100)
	long.Developer, long.Version = strings.Repeat("d", 32), "10.20.30"
	for name, o := range map[string]manifest.Options{"defaults": options(), "at the limits": long, "single sign-on": withSSO()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(build(t, o)["manifest.json"]))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(doc))
		})
	}
}

func withSSO() manifest.Options {
	o := options()
	o.SSOAppID, o.SSOResource = strings.ToUpper("abcdef00-2222-4333-8444-555555555555"), "api://botid-"+appID
	return o
}

// TestManifestNamesTheResourceOfSingleSignOn: Teams asks for tokens for what the package names, and for nothing where it
// names nothing.
func TestManifestNamesTheResourceOfSingleSignOn(t *testing.T) {
	t.Parallel()
	m := parse(t, build(t, withSSO())["manifest.json"])
	require.Equal(t, "abcdef00-2222-4333-8444-555555555555", m.WebApplicationInfo.ID)
	require.Equal(t, "api://botid-"+appID, m.WebApplicationInfo.Resource)
	require.Equal(t, []string{"okrbot.example.com", "token.botframework.com"}, m.ValidDomains)
	require.NotContains(t, string(usual(t)["manifest.json"]), "webApplicationInfo")
	for name, o := range map[string]manifest.Options{
		"no api": {SSOAppID: appID, SSOResource: "https://okrbot.example.com"}, "no id": {SSOResource: "api://botid-1"}, "no resource": {SSOAppID: appID},
	} {
		o.AppID, o.PublicURL = appID, options().PublicURL
		require.ErrorContains(t, manifest.Build(io.Discard, o), "single sign-on", name)
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/MicrosoftTeams.schema.json")
	require.NoError(t, err)
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(compileRegexp)
	require.NoError(t, c.AddResource("teams.json", doc))
	schema, err := c.Compile("teams.json")
	require.NoError(t, err)
	return schema
}

// compileRegexp lets a pattern pass that Go's regexp cannot say. The schema has them for Excel functions only.
func compileRegexp(pattern string) (jsonschema.Regexp, error) {
	if strings.Contains(pattern, "(?!") {
		return regexp.MustCompile(""), nil
	}
	return regexp.Compile(pattern)
}

func TestManifestNamesTheBotAndItsHost(t *testing.T) {
	t.Parallel()
	o := options()
	o.AppID, o.PublicURL = strings.ToUpper("abcdef00-2222-4333-8444-555555555555"), "https://Okrbot.example.com:8443/base"
	m := parse(t, build(t, o)["manifest.json"])
	require.Equal(t, "1.29", m.ManifestVersion)
	require.Equal(t, "abcdef00-2222-4333-8444-555555555555", m.ID)
	require.Equal(t, []string{"okrbot.example.com"}, m.ValidDomains)
	require.Len(t, m.Bots, 1)
	require.Equal(t, m.ID, m.Bots[0].BotID)
	require.Equal(t, []string{"personal", "team", "groupChat"}, m.Bots[0].Scopes)
}

// TestEveryScopeHasAMenuThatFits keeps to what older clients show, which is less than the schema allows.
func TestEveryScopeHasAMenuThatFits(t *testing.T) {
	t.Parallel()
	m := parse(t, usual(t)["manifest.json"])
	require.LessOrEqual(t, len(m.Bots[0].CommandLists), 3)
	for _, list := range m.Bots[0].CommandLists {
		require.Subset(t, m.Bots[0].Scopes, list.Scopes)
		require.LessOrEqual(t, len(list.Commands), 12)
		for _, c := range list.Commands {
			require.NotEmpty(t, c.Title)
			require.LessOrEqual(t, len(c.Title), 32)
			require.LessOrEqual(t, len(c.Description), 128)
		}
	}
	require.Equal(t, m.Bots[0].Scopes, m.Bots[0].CommandLists[0].Scopes)
}

// TestSlashCommandsAndChannels names what Teams needs for messages that one person sees, and for private and shared
// channels. Slash commands are for places where others read.
func TestSlashCommandsAndChannels(t *testing.T) {
	t.Parallel()
	m := parse(t, usual(t)["manifest.json"])
	require.True(t, m.Bots[0].SupportsTargetedMessages)
	require.True(t, m.Bots[0].SupportsFiles, "without it Teams gives the bot no files")
	require.Equal(t, "tier1", m.SupportsChannelFeatures)
	slash := m.Bots[0].CommandLists[1]
	require.Equal(t, []string{"slash"}, slash.Triggers)
	require.Equal(t, []string{"team", "groupChat"}, slash.Scopes)
	for _, c := range m.Bots[0].CommandLists[2].Commands {
		require.Equal(t, "prompt", c.Type)
		require.NotEmpty(t, c.Prompt)
	}
}

// TestMessageExtensionSearches names the command and the parameter that the bot knows.
func TestMessageExtensionSearches(t *testing.T) {
	t.Parallel()
	m := parse(t, usual(t)["manifest.json"])
	require.Len(t, m.ComposeExtensions, 1)
	e := m.ComposeExtensions[0]
	require.Equal(t, m.Bots[0].BotID, e.BotID)
	require.Len(t, e.Commands, 1)
	require.Equal(t, "searchOkrs", e.Commands[0].ID)
	require.Equal(t, "query", e.Commands[0].Type)
	require.True(t, e.Commands[0].InitialRun)
	require.Len(t, e.Commands[0].Parameters, 1)
	require.Equal(t, "text", e.Commands[0].Parameters[0].Name)
	require.Len(t, e.MessageHandlers, 1)
	require.Equal(t, "link", e.MessageHandlers[0].Type)
	require.Equal(t, []string{"okrbot.example.com", "dev.azure.com", "*.visualstudio.com"}, e.MessageHandlers[0].Value.Domains)
}

type parsed struct {
	ComposeExtensions []struct {
		BotID    string
		Commands []struct {
			ID, Type   string
			InitialRun bool
			Parameters []struct{ Name string }
		}
		MessageHandlers []struct {
			Type  string
			Value struct{ Domains []string }
		}
	}

	ManifestVersion, ID     string
	SupportsChannelFeatures string
	ValidDomains            []string
	WebApplicationInfo      struct{ ID, Resource string }
	Bots                    []struct {
		BotID                    string
		Scopes                   []string
		SupportsFiles            bool
		SupportsTargetedMessages bool
		CommandLists             []struct {
			Triggers, Scopes []string
			Commands         []struct{ Title, Description, Type, Prompt string }
		}
	}
}

func parse(t *testing.T, data []byte) parsed {
	t.Helper()
	var m parsed
	require.NoError(t, json.Unmarshal(data, &m))
	return m
}

func TestIconsAreAsTeamsAsks(t *testing.T) {
	t.Parallel()
	files := usual(t)
	color, outline := decode(t, files["color.png"]), decode(t, files["outline.png"])
	require.Equal(t, image.Rect(0, 0, 192, 192), color.Bounds())
	require.Equal(t, image.Rect(0, 0, 32, 32), outline.Bounds())
	require.True(t, color.Opaque(), "the colour icon has no transparent part")
	blank, solid := 0, 0
	for i := 0; i < len(outline.Pix); i += 4 {
		require.Equal(t, []byte{255, 255, 255}, outline.Pix[i:i+3], "the outline is white only")
		switch outline.Pix[i+3] {
		case 0:
			blank++
		case 255:
			solid++
		}
	}
	require.Greater(t, blank, 400, "the outline is mostly transparent")
	require.Greater(t, solid, 100, "the outline shows its mark")
}

func decode(t *testing.T, data []byte) *image.NRGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	out := image.NewNRGBA(img.Bounds())
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			c := img.At(x, y)
			if n, ok := img.(*image.NRGBA); ok {
				out.SetNRGBA(x, y, n.NRGBAAt(x, y))
				continue
			}
			out.Set(x, y, c)
		}
	}
	return out
}

func TestSameOptionsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	first, err := usualPackage()
	require.NoError(t, err)
	var again bytes.Buffer
	require.NoError(t, manifest.Build(&again, options()))
	require.Equal(t, first, again.Bytes())
}

func TestWrongOptionsAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*manifest.Options)
		want   string
	}{
		"no app id":        {func(o *manifest.Options) { o.AppID = "" }, "the app id must be a GUID"},
		"app id":           {func(o *manifest.Options) { o.AppID = "okrbot" }, `not "okrbot"`},
		"Teams app id":     {func(o *manifest.Options) { o.TeamsAppID = "1" }, "the Teams app id must be a GUID"},
		"no address":       {func(o *manifest.Options) { o.PublicURL = "" }, "the public address must be an https address"},
		"plain http":       {func(o *manifest.Options) { o.PublicURL = "http://okrbot.example.com" }, "https"},
		"localhost":        {func(o *manifest.Options) { o.PublicURL = "https://localhost:3978" }, "must name a domain"},
		"an IP address":    {func(o *manifest.Options) { o.PublicURL = "https://192.0.2.7" }, "must name a domain"},
		"version":          {func(o *manifest.Options) { o.Version = "v1.2" }, "the version must be three numbers"},
		"long name":        {func(o *manifest.Options) { o.Name = strings.Repeat("x", 31) }, "the name has 31 characters, at most 30"},
		"long full name":   {func(o *manifest.Options) { o.FullName = strings.Repeat("x", 101) }, "at most 100"},
		"long developer":   {func(o *manifest.Options) { o.Developer = strings.Repeat("x", 33) }, "at most 32"},
		"privacy page":     {func(o *manifest.Options) { o.PrivacyURL = "http://example.com" }, "the privacy page must be an https address"},
		"accent colour":    {func(o *manifest.Options) { o.AccentColor = "red" }, "#RRGGBB"},
		"user in the page": {func(o *manifest.Options) { o.TermsURL = "https://a:b@example.com" }, "the terms of use"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options()
			c.change(&o)
			var b bytes.Buffer
			require.ErrorContains(t, manifest.Build(&b, o), c.want)
			require.Zero(t, b.Len(), "nothing is written")
		})
	}
}

func TestAllThatIsWrongIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	err := manifest.Build(io.Discard, manifest.Options{Version: "x"})
	require.ErrorContains(t, err, "the app id")
	require.ErrorContains(t, err, "the public address")
	require.ErrorContains(t, err, "the version")
}

// TestBrokenWriterIsReported stops the package at its start, in its middle and at its end.
func TestBrokenWriterIsReported(t *testing.T) {
	t.Parallel()
	whole, err := usualPackage()
	require.NoError(t, err)
	for _, room := range []int{0, len(whole) / 2, len(whole) - 1} {
		require.ErrorIs(t, manifest.Build(&full{room: room}, options()), io.ErrShortWrite)
	}
}

// full is a writer with room for so many bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return 0, io.ErrShortWrite
	}
	f.room -= len(p)
	return len(p), nil
}
