package adosource_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/adosource"
	"okrbot/okr/okrtest"
)

// principalOf names who reads with a kind of proof.
func principalOf(kind okr.ApplicationKind) string {
	if kind == okr.ByMachine {
		return "okrbot-identity"
	}
	return adotest.ReaderName
}

// withdraw takes the proof of a kind away in Microsoft Entra.
func withdraw(w *okrtest.World, kind okr.ApplicationKind) {
	switch kind {
	case okr.ByMachine:
		w.Cloud.SetMachine(adotest.Machine{})
		w.Cloud.SetMachine(adotest.Machine{Header: "header-of-the-machine"})
	case okr.BySecret, okr.ByCertificate, okr.ByFederation:
		w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) {
			p.Secrets, p.Certificates, p.Federations = nil, nil, nil
		})
	}
}

// fieldsOf are those that a form has for a kind of proof.
func fieldsOf(kind okr.ApplicationKind) []string {
	fields := []string{"", "tenant", "client", "kind"}
	switch kind {
	case okr.BySecret:
		return append(fields, "secret")
	case okr.ByCertificate:
		return append(fields, "certificate")
	case okr.ByFederation, okr.ByMachine:
	}
	return fields
}

// TestEveryKindOfApplicationReads: each proves who it is, reads, and is renewed with what it
// shows, for it has no refresh token.
func TestEveryKindOfApplicationReads(t *testing.T) {
	t.Parallel()
	for _, kind := range okrtest.ApplicationKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			access := w.AddReader(kind)
			before, err := w.Store.Credential(t.Context(), okrtest.Contoso, access.Credential)
			require.NoError(t, err)
			require.NotEmpty(t, before.AccessToken.Reveal())
			require.Empty(t, before.RefreshToken.Reveal())
			require.True(t, before.Expiry.After(w.Now()))
			for range 3 {
				run, err := w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
				require.NoError(t, err)
				require.Len(t, run.Items, 32)
				w.Advance(2 * time.Hour)
			}
			after, err := w.Store.Credential(t.Context(), okrtest.Contoso, access.Credential)
			require.NoError(t, err)
			require.NotEqual(t, before.AccessToken.Reveal(), after.AccessToken.Reveal())
			require.Equal(t, before.Application, after.Application, "what it shows stays")
			projects, err := w.Source.Projects(t.Context(), access, adotest.OrgContoso)
			require.NoError(t, err)
			require.Len(t, projects, 2)
			organizations, err := w.Source.Organizations(t.Context(), access)
			require.NoError(t, err)
			require.Empty(t, organizations, "nothing lists them for an application")
			require.Zero(t, w.Cloud.Count(adotest.OpProfile))
		})
	}
}

// outcomes are ways in which Microsoft Entra refuses, with the kind of a renewal and what is
// said of each.
func outcomes() map[string]struct {
	make    func(*okrtest.World, okr.ApplicationKind)
	renewal okr.Kind
	words   string
} {
	kill := func(e adotest.EntraError) func(*okrtest.World, okr.ApplicationKind) {
		return func(w *okrtest.World, kind okr.ApplicationKind) { w.Cloud.FailApplication(principalOf(kind), e) }
	}
	type outcome = struct {
		make    func(*okrtest.World, okr.ApplicationKind)
		renewal okr.Kind
		words   string
	}
	return map[string]outcome{
		"withdrawn": {withdraw, okr.SignIn, ""},
		"disabled":  {kill(adotest.ApplicationDisabled("x", "okr-reader")), okr.NoAccess, "disabled"},
		"blocked":   {kill(adotest.WorkloadBlocked()), okr.PolicyRefused, "conditional access"},
		"removed":   {kill(adotest.AppUnknown("x", "y")), okr.NoAccess, "no application"},
		"no tenant": {kill(adotest.TenantUnknown("y")), okr.NoAccess, "tenant"},
		"unused":    {kill(adotest.ResourceMissing("y")), okr.NoAccess, "doesn't use Azure DevOps"},
		"busy":      {kill(adotest.SignInUnavailable()), okr.Unavailable, "didn't respond"},
		"unknown":   {kill(adotest.EntraError{Code: "invalid_client", AADSTS: 7999999, Description: "Never seen."}), okr.SignIn, "AADSTS7999999"},
	}
}

// TestEveryKindAndEveryOutcome: what Microsoft Entra refuses has words, a field that the form
// has and a next step where an admin enters it, and words for admins when it is renewed; and
// once it is allowed again, it reads on by itself.
func TestEveryKindAndEveryOutcome(t *testing.T) {
	t.Parallel()
	for _, kind := range okrtest.ApplicationKinds() {
		for name, o := range outcomes() {
			if kind == okr.ByMachine && name != "withdrawn" {
				continue // the machine's endpoint says nothing of the reason
			}
			t.Run(string(kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				w := okrtest.NewWorld(t)
				access := w.AddReader(kind)
				entered := w.ReaderBy(kind)
				o.make(w, kind)
				_, err := w.Source.Prove(t.Context(), entered)
				w.RequireRefused(atForm(o.renewal), err, o.words)
				require.Contains(t, fieldsOf(kind), okr.FieldOf(err))
				require.NotContains(t, err.Error(), "Trace ID")

				w.Advance(2 * time.Hour)
				_, err = w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
				w.RequireRefused(o.renewal, err, o.words)
				require.Equal(t, okr.ScopeAccess, okr.ScopeOf(err))
				msg, _ := okr.MessageOf(err)
				require.NotContains(t, msg, "Sign in", "nobody signs in as an application")
				if !o.renewal.Passes() {
					require.Equal(t, []okr.Step{{Kind: okr.StepApplications}}, okr.NextOf(err))
				}
				if name == "withdrawn" {
					return
				}
				w.Cloud.AllowApplication(principalOf(kind))
				w.Advance(2 * time.Minute)
				_, err = w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
				require.NoError(t, err, "an administrator mended it without okrbot")
			})
		}
	}
}

// atForm is the kind where an admin enters the application: of a field, or one that passes.
func atForm(renewal okr.Kind) okr.Kind {
	if renewal.Passes() || renewal == okr.PolicyRefused {
		return renewal
	}
	return okr.Invalid
}

// TestARefusedApplicationIsAskedForOnce within a run, however many queries it has.
func TestARefusedApplicationIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	access := w.AddReader(okr.BySecret)
	w.Advance(2 * time.Hour)
	withdraw(w, okr.BySecret)
	w.Cloud.ResetCalls()
	for range 5 {
		_, err := w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
		require.Error(t, err)
	}
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))

	// Another tenant that keeps the same application reads of it by its own name.
	c, err := w.Store.Credential(t.Context(), access.Tenant, access.Credential)
	require.NoError(t, err)
	named := *c.Application
	named.Name, c.Application = "northwind-reader", &named
	require.NoError(t, w.Store.SaveCredential(t.Context(), adotest.ForeignTenantID, c))
	access.Tenant = adotest.ForeignTenantID
	_, err = w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.Error(t, err)
	require.Contains(t, err.Error(), "northwind-reader")
	require.NotContains(t, err.Error(), adotest.ReaderName)
}

// TestEveryCodeOfMicrosoftEntra has its field, what is wrong and what to do.
func TestEveryCodeOfMicrosoftEntra(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    int
		kind    okr.ApplicationKind
		field   string
		renewal okr.Kind
		form    string // of the words at the form
		admin   string // of the words at a renewal
	}{
		{7000215, okr.BySecret, "secret", okr.SignIn, "value, not its ID", "An admin can enter a new one."},
		{7000222, okr.BySecret, "secret", okr.SignIn, "Make a new one", "The secret of the application okr-reader has expired. An admin can enter a new one."},
		{700016, okr.BySecret, "client", okr.NoAccess, "Copy the Application (client) ID", "It was deleted there"},
		{7000229, okr.BySecret, "client", okr.NoAccess, "Copy the Application (client) ID", "belongs to another tenant"},
		{7000112, okr.BySecret, "client", okr.NoAccess, "Enabled for users to sign in", "can enable it again"},
		{501051, okr.BySecret, "client", okr.NoAccess, "assign it", "assign it"},
		{90002, okr.BySecret, "tenant", okr.NoAccess, "Copy the Directory (tenant) ID", "An admin of okrbot can correct it."},
		{500011, okr.BySecret, "tenant", okr.NoAccess, "organization is connected to", "An admin of okrbot can correct it."},
		{53003, okr.BySecret, "", okr.PolicyRefused, "allow okrbot's address", "allow okrbot's address"},
		{530035, okr.ByCertificate, "", okr.PolicyRefused, "allow okrbot's address", "allow okrbot's address"},
		{700027, okr.ByCertificate, "certificate", okr.SignIn, "thumbprint", "An admin can enter another"},
		{50027, okr.ByCertificate, "certificate", okr.SignIn, "Upload its public part", "An admin can enter a new one."},
		{700023, okr.ByCertificate, "certificate", okr.SignIn, "AADSTS700023", "AADSTS700023"},
		{700024, okr.ByCertificate, "certificate", okr.Unavailable, "set the clock", "set the clock"},
		{700024, okr.ByFederation, "kind", okr.Unavailable, "The operator of okrbot must set the clock of its machine, or renew the machine's token.", "The operator of okrbot must set the clock of its machine, or renew the machine's token."},
		{70021, okr.ByFederation, "kind", okr.SignIn, "Add a federated credential", "correct its federated credential"},
		{700211, okr.ByFederation, "kind", okr.SignIn, "another issuer", "another issuer"},
		{700212, okr.ByFederation, "kind", okr.SignIn, "another audience", "another audience"},
		{700213, okr.ByFederation, "kind", okr.SignIn, "another subject", "another subject"},
		{700027, okr.ByFederation, "kind", okr.SignIn, "doesn't trust okrbot's machine", "federated credential"},
		{50196, okr.BySecret, "", okr.Throttled, "Microsoft's sign-in service paused because of too many requests.", "next sync"},
		{90033, okr.BySecret, "", okr.Unavailable, "Try again in a minute", "next sync"},
		{1002012, okr.BySecret, "", okr.Unavailable, "Try again", "next sync"},
	} {
		t.Run(fmt.Sprint(c.code, " ", c.kind), func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			access := w.AddReader(c.kind)
			entered := w.ReaderBy(c.kind)
			w.Cloud.FailApplication(adotest.ReaderName, adotest.EntraError{Code: "invalid_client", AADSTS: c.code, Description: "Refused " + adotest.ReaderSecret + "."})
			_, err := w.Source.Prove(t.Context(), entered)
			w.RequireRefused(atForm(c.renewal), err, c.form)
			require.Equal(t, c.field, okr.FieldOf(err))
			w.Advance(2 * time.Hour)
			_, err = w.Run(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			w.RequireRefused(c.renewal, err, c.admin)
			require.ErrorContains(t, err, fmt.Sprint("AADSTS", c.code), "for the log")
		})
	}
}

// TestWhatCannotBeProvedIsNotAskedFor names the field without a question to Microsoft Entra.
func TestWhatCannotBeProvedIsNotAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   okr.ApplicationKind
		change func(*okrtest.World, *okr.Credential)
		field  string
	}{
		"a name as tenant": {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Account.TenantID = "contoso.example" }, "tenant"},
		"organizations":    {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Account.TenantID = "organizations" }, "tenant"},
		"a path as tenant": {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Account.TenantID = "../" + c.Account.TenantID }, "tenant"},
		"no tenant":        {okr.ByCertificate, func(_ *okrtest.World, c *okr.Credential) { c.Account.TenantID = "" }, "tenant"},
		"a name as client": {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Account.ObjectID = "okr-reader" }, "client"},
		"no client":        {okr.ByFederation, func(_ *okrtest.World, c *okr.Credential) { c.Account.ObjectID = "" }, "client"},
		"no secret":        {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Application.Proof = "" }, "secret"},
		"no certificate":   {okr.ByCertificate, func(_ *okrtest.World, c *okr.Credential) { c.Application.Proof = "" }, "certificate"},
		"no kind":          {okr.BySecret, func(_ *okrtest.World, c *okr.Credential) { c.Application.Kind = "" }, "kind"},
		"no federation":    {okr.ByFederation, func(w *okrtest.World, _ *okr.Credential) { w.Source.Federation = nil }, "kind"},
		"okrbot's machine has no managed identity.": {okr.ByMachine, func(w *okrtest.World, _ *okr.Credential) { w.Source.Identity = nil }, "kind"},
		"nobody's machine":                          {okr.ByMachine, func(w *okrtest.World, _ *okr.Credential) { w.Source.HomeTenant = "" }, "kind"},
		"damaged":                                   {okr.ByCertificate, func(_ *okrtest.World, c *okr.Credential) { c.Application.Proof = "-----BEGIN" }, "certificate"},
		"half a proof":                              {okr.ByCertificate, func(_ *okrtest.World, c *okr.Credential) { c.Application.Proof = c.Application.Proof[:1200] }, "certificate"},
		"another machine's":                         {okr.ByMachine, func(_ *okrtest.World, c *okr.Credential) { c.Account.ObjectID = adotest.ReaderClientID }, "client"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			entered := w.ReaderBy(c.kind)
			c.change(w, &entered)
			_, err := w.Source.Prove(t.Context(), entered)
			w.RequireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
			require.Zero(t, w.Cloud.Count(adotest.OpToken))
		})
	}
	w := okrtest.NewWorld(t)
	_, err := w.Source.Prove(t.Context(), w.SignIn(okrtest.Alex))
	require.Equal(t, okr.Internal, okr.KindOf(err), "a person is no application")
}

// TestAManagedIdentityFillsInWhatWasLeftEmpty: the tenant and the client id.
func TestAManagedIdentityFillsInWhatWasLeftEmpty(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	c := w.ReaderBy(okr.ByMachine)
	c.Account.TenantID, c.Account.ObjectID, c.ID = "", "", ""
	c, err := w.Source.Prove(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, okrtest.MachineIdentity, c.Account.ObjectID)
	require.Equal(t, string(okrtest.Contoso), c.Account.TenantID)
	require.Equal(t, okr.CredentialIDFor(okr.TheOrganization().ID, c.Account), c.ID)
	require.True(t, c.ID.IsApplication())

	// A machine that does not name its identity could not be asked for the next token.
	ask := w.Source.Identity
	w.Source.Identity = func(ctx context.Context, clientID, resource string) (adosource.IdentityToken, error) {
		given, err := ask(ctx, clientID, resource)
		given.ClientID = ""
		return given, err
	}
	c.Account.ObjectID = ""
	_, err = w.Source.Prove(t.Context(), c)
	okrtest.RequireKind(t, okr.Invalid, err)
	require.Equal(t, "client", okr.FieldOf(err))
	c.Account.ObjectID = okrtest.MachineIdentity
	_, err = w.Source.Prove(t.Context(), c)
	require.NoError(t, err)
}

// TestTheMachineIsForItsOwnTenant: nobody else may use what it proves.
func TestTheMachineIsForItsOwnTenant(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	require.Empty(t, w.Source.MachineKinds(okrtest.Contoso), "it has nothing to show")
	w.GiveMachine()
	require.Equal(t, []okr.ApplicationKind{okr.ByFederation, okr.ByMachine}, w.Source.MachineKinds(okrtest.Contoso))
	require.Equal(t, w.Source.MachineKinds(okrtest.Contoso), w.Source.MachineKinds(okr.TenantID(strings.ToUpper(string(okrtest.Contoso)))))
	require.Empty(t, w.Source.MachineKinds(adotest.ForeignTenantID))
	require.Empty(t, w.Source.MachineKinds(""))
	w.Source.HomeTenant = ""
	require.Empty(t, w.Source.MachineKinds(""))
}

// TestNoSecretOfAnApplicationIsTold, whatever answers in Microsoft Entra's place: neither in
// an error nor in the log.
func TestNoSecretOfAnApplicationIsTold(t *testing.T) {
	t.Parallel()
	echo := func(status int, kind string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			rw.Header().Set("Content-Type", kind)
			rw.WriteHeader(status)
			sent := r.Form.Get("client_secret") + r.Form.Get("client_assertion")
			if strings.Contains(kind, "json") {
				_, _ = fmt.Fprintf(rw, `{"error":%q,"error_description":"AADSTS7000215: %s","error_uri":%q}`, sent, sent, sent)
				return
			}
			_, _ = rw.Write([]byte(r.Form.Encode() + sent))
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"400": echo(400, "application/json"), "401": echo(401, "application/json"), "500": echo(500, "application/json"), "200": echo(200, "application/json"),
		"text": echo(400, "text/plain"), "page": echo(200, "text/html"), "dropped": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		for _, kind := range []okr.ApplicationKind{okr.BySecret, okr.ByCertificate, okr.ByFederation} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				w := okrtest.NewWorld(t)
				entered := w.ReaderBy(kind)
				var log, sent bytes.Buffer
				server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					_ = r.ParseForm()
					sent.WriteString(r.Form.Get("client_secret") + r.Form.Get("client_assertion"))
					answer(rw, r)
				}))
				t.Cleanup(server.Close)
				w.Source.LoginURL, w.Source.Logger = server.URL, slog.New(slog.NewTextHandler(&log, nil))
				_, err := w.Source.Prove(t.Context(), entered)
				require.Error(t, err)
				server.Close()
				require.Greater(t, sent.Len(), 20)
				for text := range map[string]bool{sent.String()[:20]: true, sent.String(): true} {
					require.NotContains(t, fmt.Sprintf("%v %+v %s", err, err, log.String()), text)
				}
				require.NotContains(t, err.Error(), server.URL)
			})
		}
	}
}
