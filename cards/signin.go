package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of signing in and out.
const (
	VerbSignInCode = "signin.code" // input code
	VerbSignOutAsk = "signout.ask"
	VerbSignOut    = "signout"
)

// InputCode is the one-time code of a sign-in.
const InputCode = "code"

// consentURL is where a person withdraws the consent given to an application
// (Microsoft support, "Edit or revoke application permissions in the My Apps
// portal").
const consentURL = "https://myapplications.microsoft.com"

type signInJSON struct {
	Text           string         `json:"text"`
	ConnectionName string         `json:"connectionName,omitempty"`
	Exchange       *exchangeJSON  `json:"tokenExchangeResource,omitempty"`
	Buttons        []signInButton `json:"buttons"`
}

type exchangeJSON struct {
	ID  string `json:"id"`
	URI string `json:"uri"`
}

type signInButton struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	Value string `json:"value"`
}

func signInContent(words, address string) signInJSON {
	return signInJSON{Text: Plain(words, maxMessage), Buttons: []signInButton{{Type: "signin", Title: "Sign in", Value: address}}}
}

// OAuth makes an OAuth card whose sign-in button opens address.
func OAuth(words, address, connectionName string) Attachment {
	content := signInContent(words, address)
	content.ConnectionName = connectionName
	return Attachment{ContentType: ContentTypeOAuth, Content: content}
}

// SingleSignOn makes an OAuth card for which Teams asks Microsoft Entra for a token of the person
// for a resource, an Application ID URI, and sends it to the bot under an id. Where that does
// not work, Teams shows the card with its button. Source: "Add code to enable SSO in your bot app".
func SingleSignOn(words, address, connectionName, id, resource string) Attachment {
	content := signInContent(words, address)
	content.ConnectionName, content.Exchange = connectionName, &exchangeJSON{ID: id, URI: resource}
	return Attachment{ContentType: ContentTypeOAuth, Content: content}
}

// SignIn makes a sign-in card whose button opens address.
func SignIn(words, address string) Attachment {
	return Attachment{ContentType: ContentTypeSignIn, Content: signInContent(words, address)}
}

// SignInLink is the way to the sign-in for a client that shows no button on an OAuth
// or sign-in card: a link of an ordinary card, which every client can open.
func SignInLink(address string) Card {
	const title = "Sign in to Azure DevOps"
	return newCard(title, []element{
		heading(title),
		text("The link opens in your browser. It works once, for 10 minutes, and only for you. Don't share it."),
	}, withLink(nil, "Open the sign-in page", address)...)
}

// SignInCode asks for the one-time code that the sign-in page showed.
func SignInCode(words string, err FieldError) Card {
	f := form{err: err}
	f.add(textInput(InputCode, "Code from the sign-in page", "", 12).hint("for example 482913").
		required("Enter the code from the sign-in page."))
	title := []element{heading("Finish your sign-in")}
	if words != "" {
		title = append(title, text(mdn(maxMessage, "%s", words)))
	}
	return newCard("Finish your sign-in with the code", f.elements(title...),
		run("Confirm", VerbSignInCode).positive(), run("Start again", VerbConnect).bare())
}

// SignedIn confirms a sign-in.
func SignedIn(account string, next []Button) Card {
	body := []element{box("good",
		text("✓ Signed in").with(bolder, good),
		text(mdn(maxLong, "I read Azure DevOps with your account %s. I see what it can see, and change nothing.", account)),
	)}
	return newCard("Signed in as "+account, body, buttonActions(next)...)
}

// ConfirmSignOut asks before the sign-ins of a person are forgotten.
func ConfirmSignOut(accounts []string, connections []okr.Connection) Card {
	const title = "Sign out of Azure DevOps?"
	body := []element{heading(title)}
	if len(accounts) > 0 {
		body = append(body, text(nameList("Accounts: ", accounts)))
	}
	if len(connections) == 0 {
		body = append(body, text("No connection uses it."))
	} else {
		body = append(body, text(md(fmt.Sprintf("%s will stop working until you sign in again. Their OKRs keep their last values.", count(len(connections), "connection")))))
		body = append(body, connectionLines(connections)...)
	}
	return newCard(title, body, run("Sign out", VerbSignOut).destructive(), run("Cancel", VerbConnections))
}

// SignedOut confirms that the sign-ins of a person were forgotten.
func SignedOut(connections []okr.Connection) Card {
	const title = "You're signed out"
	body := []element{
		heading(title),
		text("I deleted your tokens for Azure DevOps. To withdraw your consent with Microsoft too, open [My Apps](" + consentURL + ")."),
	}
	if len(connections) > 0 {
		body = append(body, section("Connections that need a sign-in"))
		body = append(body, connectionLines(connections)...)
	}
	return newCard(title, body, withLink([]action{run("Sign in again", VerbConnect)}, "My Apps", consentURL)...)
}

func connectionLines(connections []okr.Connection) []element {
	out := rows(len(connections), func(i int) element {
		c := connections[i]
		return bullet(joinMD(": ", mdf("**%s** (%s)", c.Name, c.ID), leadsTo(c)))
	})
	return append(out, more(len(connections)-len(out), "connection")...)
}

func nameList(lead md, names []string) md {
	for i, n := range names[:min(len(names), maxAdmins)] {
		if i > 0 {
			lead += ", "
		}
		lead += mdf("%s", n)
	}
	if n := len(names) - maxAdmins; n > 0 {
		lead += md(fmt.Sprintf(" and %d more", n))
	}
	return lead
}
