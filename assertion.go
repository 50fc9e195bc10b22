package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"okrbot/bot/teams"
	"okrbot/okr"
	"okrbot/okr/adosource"
)

// assertion gives a token that shows who okrbot is, in place of a client secret.
type assertion func(ctx context.Context) (string, error)

// isFederated says whether the bot's registration trusts somebody else's tokens.
func (c Config) isFederated() bool {
	return c.AppPassword == "" && c.AppType != "UserAssignedMSI" && (c.FederatedTokenFile != "" || c.ManagedIdentity != "")
}

// newAssertion is how the bot's registration is known without a secret; nil: it has one.
func newAssertion(c Config) (assertion, error) {
	switch {
	case !c.isFederated():
		return nil, nil //nolint:nilnil // no assertion and no error
	case c.FederatedTokenFile != "":
		return func(context.Context) (string, error) { return readAssertion(c.FederatedTokenFile) }, nil
	}
	tokens, err := teams.NewTokenSource(teams.TokenOptions{
		AppType: teams.AppUserAssignedMSI, AppID: c.ManagedIdentity, Scope: exchangeAudience(c.BotLoginURL) + "/.default",
		IdentityEndpoint: c.IdentityEndpoint, IdentityHeader: c.IdentityHeader.Reveal(),
	})
	if err != nil {
		return nil, err
	}
	return tokens.Token, nil
}

// signInAssertion is how the application that signs people in is known without a secret:
// where it is the bot's own; nil: it has a secret.
func signInAssertion(c Config) assertion {
	if c.ADOClientSecret != "" || c.ADOClientID != c.AppID {
		return nil
	}
	a, err := newAssertion(c)
	if err != nil {
		return func(context.Context) (string, error) { return "", err }
	}
	return a
}

// machineAssertion gives the token of okrbot's machine, which applications may trust whether
// or not the bot itself has a secret; nil: it has none.
func machineAssertion(c Config) assertion {
	switch {
	case c.FederatedTokenFile != "":
		return func(context.Context) (string, error) { return readAssertion(c.FederatedTokenFile) }
	case !c.hasIdentity():
		return nil
	}
	identity := machineIdentity(c)
	return func(ctx context.Context) (string, error) {
		t, err := identity(ctx, "", exchangeAudience(c.ADOLoginURL))
		return t.Token.Reveal(), err
	}
}

// hasIdentity says whether okrbot is set up with a managed identity of its machine.
func (c Config) hasIdentity() bool {
	return c.ManagedIdentity != "" || c.AppType == string(teams.AppUserAssignedMSI) || c.IdentityEndpoint != ""
}

// machineIdentity gives tokens of the machine's managed identities; nil: it has none.
func machineIdentity(c Config) func(ctx context.Context, clientID, resource string) (adosource.IdentityToken, error) {
	if !c.hasIdentity() {
		return nil
	}
	usual := cmp.Or(c.ManagedIdentity, teams.SystemIdentity)
	if c.AppType == string(teams.AppUserAssignedMSI) && c.ManagedIdentity == "" {
		usual = c.AppID
	}
	return func(ctx context.Context, clientID, resource string) (adosource.IdentityToken, error) {
		t, err := teams.IdentityToken(ctx, teams.TokenOptions{
			AppType: teams.AppUserAssignedMSI, AppID: cmp.Or(clientID, usual), Scope: resource,
			IdentityEndpoint: c.IdentityEndpoint, IdentityHeader: c.IdentityHeader.Reveal(),
		})
		if errors.Is(err, teams.ErrNoIdentity) {
			err = fmt.Errorf("%w: %w", adosource.ErrNoIdentity, err)
		}
		return adosource.IdentityToken{Token: okr.Secret(t.Token), ClientID: t.ClientID, Life: t.Lifetime}, err
	}
}

// exchangeAudience is what a token has to be for that Microsoft Entra exchanges, by
// its cloud. Source: "Configure an application to trust a managed identity".
func exchangeAudience(login string) string {
	switch {
	case strings.HasSuffix(login, ".us"):
		return "api://AzureADTokenExchangeUSGov"
	case strings.HasSuffix(login, ".cn"):
		return "api://AzureADTokenExchangeChina"
	}
	return "api://AzureADTokenExchange"
}

// maxAssertion bounds a token in a file, in bytes.
const maxAssertion = 64 << 10

// readAssertion reads the token that the platform keeps in a file. It is replaced
// before it ends, mostly each hour, and so read anew each time. Source: "Azure AD
// Workload Identity", projected service account token.
func readAssertion(name string) (string, error) {
	f, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf(federatedFile+": %w", errors.Unwrap(err))
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxAssertion))
	if err != nil {
		return "", fmt.Errorf(federatedFile+": %w", errors.Unwrap(err))
	}
	token := strings.TrimSpace(string(raw))
	if strings.Count(token, ".") != 2 {
		return "", errors.New(federatedFile + ": holds no token")
	}
	return token, nil
}
