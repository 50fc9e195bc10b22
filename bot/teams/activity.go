package teams

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// The activity types that the bot acts on. Others are kept as they come and
// acknowledged. Source: "Bot Framework Activity schema" and "Conversation
// events in your Teams bot".
const (
	TypeMessage            = "message"
	TypeInvoke             = "invoke"
	TypeConversationUpdate = "conversationUpdate"
	TypeInstallationUpdate = "installationUpdate"
)

// ChannelTeams is the channelId of what comes from Microsoft Teams. The other
// channels of a bot (web chat, e-mail, Direct Line) let anybody say who they are.
const ChannelTeams = "msteams"

// ConversationKind is where a conversation takes place, from
// conversation.conversationType.
type ConversationKind string

// The conversation kinds of Teams; unknown ones are kept as they come.
const (
	KindPersonal  ConversationKind = "personal"
	KindGroupChat ConversationKind = "groupChat"
	KindChannel   ConversationKind = "channel"
)

// ErrMalformedActivity says that a body is no JSON object with a type.
var ErrMalformedActivity = errors.New("malformed activity")

// Activity is what Teams sends, as far as the bot reads it. Times stay strings
// because they may be empty; Value stays raw because it may be an object, a
// string, an array or null (nil here). Members that are absent or of a wrong
// type are zero. Source: "Bot Framework Activity schema".
type Activity struct {
	Type           string
	ID             string
	Timestamp      string
	LocalTimestamp string
	LocalTimezone  string
	ServiceURL     string
	ChannelID      string
	From           Account
	Recipient      Account
	Conversation   Conversation
	ChannelData    ChannelData
	Text           string
	TextFormat     string
	Summary        string
	Locale         string
	Name           string
	Action         string
	ReplyToID      string
	Entities       []Entity
	Attachments    []Attachment
	Value          json.RawMessage
	MembersAdded   []Account
	MembersRemoved []Account

	ofTargeted bool // it is the press of a button that targetedCard marked
}

// Account is a user or a bot. ID is the Teams id of the account ("29:…" for a
// user, valid for this bot only; "28:…" for a bot); AADObjectID is the
// Microsoft Entra object id, which with the tenant id identifies a person.
type Account struct {
	ID          string
	Name        string
	AADObjectID string
	UserRole    string
	TenantID    string
	// IsTargeted says of a recipient that only the sender and the recipient see the
	// message. Source: "Send and receive targeted messages in group conversations".
	IsTargeted bool
}

// Conversation is the place of an activity. In a channel the ID of an inbound
// activity names the thread: "19:…@thread.tacv2;messageid=…".
type Conversation struct {
	ID       string
	Type     ConversationKind
	TenantID string
	IsGroup  bool
	Name     string
}

// ChannelData is the Teams specific part of an activity.
type ChannelData struct {
	TenantID  string
	Team      Team
	Channel   TeamChannel
	EventType string
}

// Team names a team: ID is the id of its General channel.
type Team struct{ ID string }

// TeamChannel names a channel of a team. The name of General is empty.
type TeamChannel struct {
	ID   string
	Name string
	Type string // standard, private or shared; empty: Teams did not say, as of most standard ones
}

// The types of channels with members of their own. Of a shared one these may be of other
// teams and tenants ("Build apps for shared and private channels").
const (
	ChannelPrivate = "private"
	ChannelShared  = "shared"
)

// Entity is metadata of a message. For a mention, Mentioned is the account and
// Text the literal text that stands for it in the message.
type Entity struct {
	Type      string
	Text      string
	Mentioned Account
	Timezone  string
	Locale    string // of the client, in clientInfo: a BCP 47 tag
	Platform  string // of the client, in clientInfo: Windows, Mac, Web, Android, iOS
}

// Attachment is one attachment of a message; Content is raw JSON.
type Attachment struct {
	ContentType string
	ContentURL  string
	Name        string
	Content     json.RawMessage
}

// File is a file that somebody sent to the bot. Its size is not known before it is
// read. Source: "Send and receive files using bot".
type File struct {
	Name string
	// URL gives the content to whoever has it, for about an hour: it is a secret.
	URL string
}

// The attachments that files are. Source: "Send and receive files using bot"; of a
// "reference", which stands for a file of a chat or channel, Graph's resource type
// chatMessageAttachment.
const (
	ContentTypeFile      = "application/vnd.microsoft.teams.file.download.info"
	contentTypeReference = "reference"
)

// ParseActivity reads an activity leniently. It fails with
// ErrMalformedActivity only when body is no JSON object or has no type.
func ParseActivity(body []byte) (Activity, error) {
	f := objectOf(body)
	if f.text("type") == "" {
		return Activity{}, ErrMalformedActivity
	}
	a := envelopeOf(f)
	a.ChannelData = channelDataOf(f.object("channelData"))
	a.Value = f.raw("value")
	a.ofTargeted = a.isOfTargetedCard()
	a.MembersAdded = accountsOf(f.objects("membersAdded"))
	a.MembersRemoved = accountsOf(f.objects("membersRemoved"))
	for _, e := range f.objects("entities") {
		a.Entities = append(a.Entities, entityOf(e))
	}
	for _, t := range f.objects("attachments") {
		a.Attachments = append(a.Attachments, attachmentOf(t))
	}
	return a, nil
}

func envelopeOf(f fields) Activity {
	return Activity{
		Type: f.text("type"), ID: f.text("id"),
		Timestamp: f.text("timestamp"), LocalTimestamp: f.text("localTimestamp"),
		LocalTimezone: f.text("localTimezone"),
		ServiceURL:    f.text("serviceUrl"), ChannelID: f.text("channelId"),
		From: accountOf(f.object("from")), Recipient: accountOf(f.object("recipient")),
		Conversation: conversationOf(f.object("conversation")),
		Text:         f.text("text"), TextFormat: f.text("textFormat"), Summary: f.text("summary"),
		Locale: f.text("locale"), Name: f.text("name"), Action: f.text("action"),
		ReplyToID: f.text("replyToId"),
	}
}

// accountOf reads an account. The non-paged roster calls the Entra object id
// "objectId", everything else "aadObjectId".
func accountOf(f fields) Account {
	id := f.text("aadObjectId")
	if id == "" {
		id = f.text("objectId")
	}
	return Account{
		ID: f.text("id"), Name: f.text("name"), AADObjectID: id,
		UserRole: f.text("userRole"), TenantID: f.text("tenantId"), IsTargeted: f.flag("isTargeted"),
	}
}

func accountsOf(items []fields) []Account {
	var out []Account
	for _, item := range items {
		out = append(out, accountOf(item))
	}
	return out
}

func conversationOf(f fields) Conversation {
	return Conversation{
		ID: f.text("id"), Type: ConversationKind(f.text("conversationType")),
		TenantID: f.text("tenantId"), IsGroup: f.flag("isGroup"), Name: f.text("name"),
	}
}

func channelDataOf(f fields) ChannelData {
	team, channel := f.object("team"), f.object("channel")
	return ChannelData{
		TenantID:  f.object("tenant").text("id"),
		Team:      Team{ID: team.text("id")},
		Channel:   TeamChannel{ID: channel.text("id"), Name: channel.text("name"), Type: channel.text("type")},
		EventType: f.text("eventType"),
	}
}

func entityOf(f fields) Entity {
	return Entity{
		Type: f.text("type"), Text: f.text("text"),
		Mentioned: accountOf(f.object("mentioned")), Timezone: f.text("timezone"), Locale: f.text("locale"), Platform: f.text("platform"),
	}
}

func attachmentOf(f fields) Attachment {
	return Attachment{
		ContentType: f.text("contentType"), ContentURL: f.text("contentUrl"), Name: f.text("name"), Content: f.raw("content"),
	}
}

// Files are the files of a message that the bot can read. Teams gives it none but those
// that are sent in a personal chat.
func (a Activity) Files() []File {
	var out []File
	for _, t := range a.Attachments {
		if url := membersOf(t.Content).text("downloadUrl"); a.IsPersonal() && t.ContentType == ContentTypeFile && url != "" {
			out = append(out, File{Name: t.Name, URL: url})
		}
	}
	return out
}

// HasFilesOutOfReach reports whether a message carries files that the bot cannot read: all
// those of group chats and channels, as far as Teams says that they are there. It often
// does not.
func (a Activity) HasFilesOutOfReach() bool {
	isFile := func(t Attachment) bool {
		return t.ContentType == ContentTypeFile || t.ContentType == contentTypeReference
	}
	return len(a.Files()) == 0 && (slices.ContainsFunc(a.Attachments, isFile) || !a.IsPersonal() && fileElement.MatchString(a.html()))
}

// fileElement stands for a file in the HTML of a message; one whose id is a number stands
// for a message that is quoted.
var fileElement = regexp.MustCompile(`(?i)<attachment\b[^>]*\bid="[^"]*[^"0-9][^"]*"`)

// TenantID is the Microsoft Entra tenant of the activity:
// channelData.tenant.id, else conversation.tenantId.
func (a Activity) TenantID() string {
	if a.ChannelData.TenantID != "" {
		return a.ChannelData.TenantID
	}
	return a.Conversation.TenantID
}

// BaseConversationID is the conversation id without the thread. A message
// posted to it starts a new thread in a channel.
func (a Activity) BaseConversationID() string { return baseConversationID(a.Conversation.ID) }

func baseConversationID(id string) string {
	base, _, _ := strings.Cut(id, ";messageid=")
	return base
}

// Kind is where the activity took place. Some events come without a
// conversation type; then the team, the group flag or the form of the id tells.
func (a Activity) Kind() ConversationKind {
	switch {
	case a.Conversation.Type == KindPersonal && a.isBetweenPeople():
		return KindGroupChat
	case a.Conversation.Type != "":
		return a.Conversation.Type
	case a.ChannelData.Team.ID != "" || a.ChannelData.Channel.ID != "":
		return KindChannel
	case a.Conversation.IsGroup:
		return KindGroupChat
	case strings.HasPrefix(a.Conversation.ID, "19:"):
		return sharedKind(a.Conversation.ID)
	default:
		return KindPersonal
	}
}

// isBetweenPeople reports whether the conversation is the chat of two people, in
// which a card may stand that the message extension put there. It calls itself
// personal, too, but its id is of the form 19:{person}_{person}@unq.gbl.spaces;
// that of a person with the bot is an opaque a:…, or names the bot. Sources:
// "Channel and group chat conversations with a bot"; Graph's resource type chat.
func (a Activity) isBetweenPeople() bool {
	bot := strings.TrimPrefix(a.Recipient.ID, "28:")
	return strings.HasPrefix(a.Conversation.ID, "19:") && (bot == "" || !strings.Contains(a.Conversation.ID, bot))
}

// sharedKind tells channels from group chats by the conversation id. Source:
// "Channel and group chat conversations with a bot".
func sharedKind(id string) ConversationKind {
	if strings.Contains(id, "@thread.tacv2") {
		return KindChannel
	}
	return KindGroupChat
}

// IsPersonal reports whether only the sender reads the conversation. An
// unknown kind is not personal.
func (a Activity) IsPersonal() bool { return a.Kind() == KindPersonal && !a.Conversation.IsGroup }

// IsTargeted reports whether only the sender sees what the activity is about, in a
// place where others read too: it is a slash command, or a button of a message that the
// bot posted for the sender only.
func (a Activity) IsTargeted() bool {
	return !a.IsPersonal() && (a.Recipient.IsTargeted || a.ofTargeted)
}

func (a Activity) isOfTargetedCard() bool {
	data := objectOf(a.Value)
	if a.Type == TypeInvoke {
		data = data.object("action").object("data")
	}
	return data.text(KeyTargeted) != ""
}

// Ref is the reference that answers to the activity go to: the same thread, and
// the activity itself as the one replied to. What answers a targeted activity is
// targeted, too.
func (a Activity) Ref() Ref {
	ref := Ref{
		ServiceURL: a.ServiceURL, ConversationID: a.Conversation.ID, TenantID: a.TenantID(),
		BotID: a.Recipient.ID, ActivityID: a.ID,
	}
	if a.IsTargeted() {
		ref.Only = a.reader()
	}
	return ref
}

// OwnRef is the reference of messages that only the sender reads, in the same place.
func (a Activity) OwnRef() Ref {
	ref := a.Ref()
	if !a.IsPersonal() {
		ref.Only = a.reader()
	}
	return ref
}

func (a Activity) reader() Reader { return Reader{ID: a.From.ID, ObjectID: a.From.AADObjectID} }

// CardRef is the reference of the message whose card was used: its ActivityID
// is replyToId.
func (a Activity) CardRef() Ref {
	ref := a.Ref()
	ref.ActivityID = a.ReplyToID
	return ref
}
