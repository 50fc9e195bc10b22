// Package script is the engine of the conversation scripts: people talk to the whole
// okrbot (real HTTP, real token checks, the queue) between a simulated Teams and a
// simulated Azure DevOps. Each script has a world of its own with the clock at Monday,
// 17 August 2026, 09:00 UTC. How okrbot is started is told by package main, which
// plays the scripts in bot/testdata/script; tests that need more than a script can
// say use a World by themselves. The package is for tests only.
//
// A line is a command with arguments; those with spaces stand in 'single quotes'.
// A TEXT is a part of what people see: words, labels, choices, titles of buttons.
// "!" before a command turns it around where that makes sense.
//
// # The beginning
//
// One command goes the main path for scripts that show something behind it. It talks as
// everything else does, in the 1:1 chat of the acting person; the card at its end is current.
// After one state a later one may follow, which goes only what is left.
//
//	start enabled           the admin alex has enabled the integration
//	start connected         and the acting person (alex if nobody else was named) has signed in to Azure DevOps and
//	                        owns the private connection C1, "Contoso launch", to contoso, Fabrikam Fiber
//	start bound             and the objective O1, "Launch the portal", with the key result KR1, "Close the launch bugs"
//	                        (bugs closed, 0 to 100 %), bound through C1 to the query "Launch bugs" and measured at
//	                        40 %, 12 of 30
//
// # People and places
//
//	user NAME               who acts from now on, by first name (alex is an admin, patti a guest)
//	outsider NAME           somebody of another tenant joins the place, whose roster calls them a user, as in a shared channel
//	crowd N                 N people join the place before everybody else, "Crowd1 Member" to "CrowdN Member"
//	in personal             acts in the 1:1 chat with okrbot (the beginning of a script)
//	in group                acts in the group chat "OKR leads"
//	in channel NAME         acts in a channel of the team; each message starts a thread
//	in private NAME, in shared NAME  acts in such a channel, which the acting person makes where there is none: with that
//	                        person as its only member, and without okrbot until "install"
//	in thread               goes on in the thread of what was said last; "in channel NAME" leaves it;
//	                        in that thread comes back to it
//	join NAME               somebody joins the place
//	rename NEW              the channel gets another name
//	in between NAME         acts in the chat with a person, where okrbot is not: for compose and insert
//	client execute|submit   how buttons go out: Action.Execute, or as old clients do it
//	client desktop          Teams on Windows, which has a people picker (the client of the stand-in has none)
//	client iphone           Teams on iOS, which sends lists that are searched empty unless somebody chose
//	client locale TAG       the acting person's Teams is in another language than en-US, as de-DE
//	client careless         checks no input from now on before it sends it, as a forged one
//	install, uninstall      adds okrbot to the place, or removes it
//	event NAME              an event of the channel or its team: channelDeleted, channelRestored, teamArchived, teamUnarchived…
//	forget                  Teams forgets the 1:1 chat of the acting person: 404, and a new conversation has another id
//	redeliver               Teams delivers the last message or press once more
//
// # Words and cards
//
// What is "new" was posted or changed since the last say, press,
// signin, code, advance or mark; the "current" card is the one last expected.
//
//	say WORDS...            writes in the place (mentions okrbot where needed)
//	slash WORDS...          the same by a slash command in a shared place, which nobody else sees
//	say-as FORM WORDS...    the same as some clients send it: quoting, quoting-words, quoting-lines, mentioned-twice,
//	                        mentioned-bare, named, soft, escaped, signed
//	paste WHAT [WORDS...]   says the words with an address behind them: of a query or work item of Azure DevOps by its name
//	                        or title, or one that was copied, by its name; "made-up" leads nowhere
//	copy NAME               remembers the address that the current card offers to copy
//	unfold WHAT             puts an address into a message of the place, be okrbot there or not; what it unfolds into is then
//	                        current. "! unfold" if it stays as it is. With copied addresses also
//	                        unfold-nowhere (Teams says no place), unfold-anonymous (Teams says nothing at all)
//	browse NAME             opens a copied address in a browser; "page" says what it shows
//	mention NAME WORDS...   writes in a shared place and mentions somebody at the end
//	expect TEXT...          waits until one new card in the place shows all TEXTs; it is then current
//	! expect TEXT...        no new card in the place shows any of the TEXTs (say what is expected first)
//	once TEXT...            exactly one new card in the place shows all TEXTs, when okrbot has nothing left to do
//	heard TEXT...           waits until a new message in the place that is no card shows all TEXTs
//	open TEXT...            makes the newest card of any age in the place current
//	shows TEXT...           the current card, as the acting person sees it now, shows all TEXTs
//	holds TEXT...           the current card shows all TEXTs once everything that folds is open
//	fill ID=VALUE...        types into inputs of the current card; a choice goes by value or title (several: a|b)
//	                        and must be offered; ID==VALUE types what no client would; \n is a line break
//	press TITLE             presses a button by title or verb ("Choose#2" is the second one)
//	press-of NAME TITLE     presses, as a forged client does, a button of the current card that only NAME sees
//	again                   the last press once more, as somebody does who is faster than the card
//	again-until TEXT...     the same, until it is answered with these words
//	answered TEXT...        the last press was answered with these words, on a card or for a moment
//	refused TEXT...         the last press was refused with these words, and the card stays
//	search ID WORDS...      types into a type-ahead input of the current card
//	choices TEXT...         the last search offered a choice with each TEXT; ! for none of them
//	pick ID TEXT            takes the choice of the last search whose title holds TEXT
//	links TITLE TEXT        a link of the current card with this title leads to an address with TEXT
//	only NAME sees TEXT...  waits until a new card in the place shows all TEXTs to NAME, and it is a message that
//	                        nobody else sees; nobody else sees any of the TEXTs anywhere
//	everybody sees TEXT...  waits until a new card in the place shows all TEXTs to every member
//	nobody else sees TEXT...  when okrbot has nothing left to do, nothing new in any place shows one of the TEXTs to
//	                        anybody but the acting person
//	expect-silence          okrbot has nothing left to do and nothing is new in any place
//	compose [skip N] [WORDS...]  searches with the message extension, as somebody who writes a message in the place
//	composed TEXT...        the last compose showed a line, a number ("3 results") or a message with each TEXT
//	insert TITLE            sends a message with the card of a result; the card is then current
//	mark                    what there is now is no longer new
//	last TEXT...            the newest card of the place shows all TEXTs, be it new or not
//
// # Files
//
// They are those of the script, behind "-- NAME --" at its end.
//
//	sendfile FILE... [-- WORDS...]  sends files, with words or without. In a shared place Teams does no more than say that
//	                        there are some. $EXPORTS is the folder of the exports of an invented organization
//	makefile FILE big MB    makes a file of more than so many MB; makefile FILE zip FILE...: a ZIP of others
//	consent accept|decline  answers the newest card that asks the acting person whether a file may be saved; consent again:
//	                        the last answer once more, as somebody does who is faster than the card
//	gotfile PATTERN [FILE]  waits for a file in the OneDrive of the acting person, by its name or a pattern of names
//	                        ("*.csv"), and copies it out
//
// # Sign-in
//
// The link is that of the newest sign-in card that the acting person sees, wherever it
// is.
//
//	signin [NAME]           opens the link in a browser and signs in as somebody (default: oneself)
//	signin-cancel           opens the link and presses Cancel
//	signin-reuse            opens the link that was used last once more, which should be over
//	signin-again [NAME]     signs in by the link that was used last
//	signin-late             opens the newest link of any age that was not used, which should be over
//	signin-elsewhere        signs in, but ends in another browser
//	signin-twice [NAME]     opens the link in two tabs of one browser, and signs in in the first
//	signin-second           goes on in the second tab
//	signin-link [NAME]      signs in by the link of the current card
//	devices N               the acting person is signed in to Teams on N devices, each of which tries single sign-on
//	client-token KIND       what they get for that from Microsoft Entra: good, expired, audience (for another application),
//	                        forged, app (of no person), "of NAME" (of another account), "failure CODE" (none: Teams tells okrbot why)
//	exchanged STATUS...     how okrbot answered what they sent since the last "exchanged": 200, 412, or the CODE of a failure
//	another-device STATUS [NAME]  one more device shows the newest card that asks for single sign-on (as a forged client of NAME),
//	                        and is answered like this
//	page TEXT...            the page where the browser ended shows these words
//	code ok|wrong [FORM]    enters the code of that page: typed (so by itself), here (typed in the place), grouped (089 435), stopped (089435.),
//	                        worded (code 089435), quoted (Code: “089-435”), or teams, by signin/verifyState
//
// # Pages with a form
//
//	visit TITLE             opens the page behind a button of the current card, in a new browser
//	visit-again             opens the page once more that was opened last
//	type ID=VALUE...        fills in its fields; a radio button goes by its value, a file by its name; \n is a line break
//	typefile ID FILE        fills in a field with what a file holds
//	send                    sends the form as a browser does; "page" says what comes of it
//	beside ID TEXT...       these words are beside the field, which is marked as wrong; ! for none
//	typed ID=VALUE...       the fields hold these values; ! for others
//
// # Applications
//
// The world has the application okr-reader (client id 5ec2e7a1-0000-4000-8000-0000000000a1), which may read contoso.
//
//	entra add NAME CLIENT-ID [TENANT]  registers an application
//	entra secret NAME VALUE [LIFE]  gives it a secret; entra drop-secret NAME VALUE takes it back
//	entra certificate NAME FILE.crt  uploads a certificate; entra drop-certificates NAME takes all back
//	entra allow NAME ORG [PROJECT] [LICENCE]  adds it to an organization (basic, stakeholder, none); expel NAME ORG
//	entra block|unblock NAME  conditional access; entra delete NAME
//	entra machine NAME      it is the managed identity of okrbot's machine; entra trust NAME IDENTITY trusts that
//	makecert NAME LIFE [PASSWORD] [ec]  makes NAME.pem, NAME.pfx (with the password), NAME.crt (without the key) and
//	                        NAME.thumbprint
//
// # Azure DevOps
//
// That is the project Fabrikam Fiber of contoso unless "ado project" says otherwise.
//
//	ado project ORG PROJECT
//	ado complete QUERY N    N items of a query get done; ado reopen QUERY N
//	ado add TYPE TITLE TAG  a new item (launch-bug: in "Launch bugs", launch-scope: in "Launch scope")
//	ado grow N TYPE TITLE TAG [PARENT]  N new items, "TITLE 1" and so on, below the item of that title
//	ado grow-folders N PATH  N folders of shared queries, "PATH 1" and so on, with a query "Work of 1" and so on in each
//	ado drop TITLE          the item of that title is deleted
//	ado move-item TITLE PROJECT, hide-item TITLE USER  it gets to another project; nobody but USER sees it any more
//	ado points QUERY N VALUE  N items of a query get so many story points
//	ado state QUERY N STATE, ado type QUERY N TYPE   the first N bugs of a query get another state or type
//	ado hide-items QUERY N USER  nobody but USER sees the first N bugs of a query any more, not even that they are there
//	ado withhold QUERY N    nobody may read the first N bugs of a query any more, which results still list
//	ado new-state TYPE NAME CATEGORY  the process gets a state
//	ado remove QUERY N      N items leave by deletion
//	ado delete-query NAME, restore-query NAME, break-query NAME, rename-query NAME NEW, move-query NAME FOLDER
//	ado hide-query NAME USER  nobody but USER sees the query any more
//	ado grant|revoke USER   the organization to somebody; ado expire|sign-out USER: access or refresh tokens end
//	ado rename-project NEW, rename-field REFERENCE-NAME NEW
//	ado invite USER         northwind, an organization of another tenant, to somebody, who is a guest there
//	ado calls OP N          exactly N requests of an operation (like wiql.run) since the mark; ado quiet: none at all
//
// # Time and trouble
//
//	advance DURATION        the clock goes on, each minute is ticked and worked off
//	idle                    waits until the queue is empty
//	fault ado OP NAME [N]   N requests (default all) of an operation meet a fault by its name in adotest.FaultNames:
//	                        throttled (90 s), unavailable, server-error, forbidden, no-access, dropped, gateway:404...
//	fault teams OP FAULT [N]  N calls (default 1, -1 for all) of send, reply, update, create... fail: with an HTTP status
//	                        (403) and perhaps a code (403:BadArgument), or after they took effect: shown-502,
//	                        shown-reset (the connection), shown-late (the answer never comes)
//	                        OP targeted is any call about a message that only one person sees, as where Teams does
//	                        not know such messages (400:BadArgument)
//	fault files NAME [N]    N requests (default 1, -1 for all) for files fail, by a name in bottest.FileFaults: expired, gone,
//	                        page, sign-in, cut, unavailable, full, lost
//	fault here OP FAULT [N]  the same in the place only
//	fault entra NAME        the next sign-in fails: consent, admin, blocked, disabled, mfa, unavailable,
//	                        unassigned, stranger, other-tenant, unknown-app
//	fault sso NAME          the exchange of the acting person's token fails, by the same names; a consent is given on the page
//	fault clear             all of that ends
//	restart [DURATION]      okrbot stops and starts again on the same Redis, after some time
//	redis stop|start        the store is gone for a while
//	allow-errors TEXT       error lines with TEXT in okrbot's log are expected
//	teams-waits DURATION    okrbot starts again, and Teams waits so long for a turn instead of 10 s
//	config NAME=value       okrbot starts anew with another value of one of its variables
//	posts-wait DURATION     okrbot starts again, and waits so long for the answer to a post instead of 30 s
//	dump                    prints the place (for writing scripts)
//
// # The end
//
// At the end of a script every card that was posted is checked (version 1.5,
// below 25 KB, with a summary, each text as it was meant on the desktop and on
// phones). All that okrbot said, also on the pages that were read, is in the words of
// package wording, but for what people gave it. Its log must hold no error.
package script
