package bot

import (
	"encoding/json"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"
)

// schemaActivity converts to the SDK's type, which carries the activity through
// its dispatch and to its token validator. What that type cannot hold (a value
// that is no object, mentions) is read from the Activity beside it.
func (a Activity) schemaActivity() schema.Activity {
	return schema.Activity{
		Type: schema.ActivityTypes(a.Type), ID: a.ID,
		Timestamp: timeOf(a.Timestamp), LocalTimestamp: timeOf(a.LocalTimestamp), LocalTimezone: a.LocalTimezone,
		ServiceURL: a.ServiceURL, ChannelID: a.ChannelID,
		From: a.From.schemaAccount(), Recipient: a.Recipient.schemaAccount(),
		Conversation: schema.ConversationAccount{
			ID: a.Conversation.ID, Name: a.Conversation.Name, TenantID: a.Conversation.TenantID,
			ConversationType: string(a.Conversation.Type), IsGroup: a.Conversation.IsGroup,
		},
		TextFormat: schema.TextFormatTypes(a.TextFormat), Text: a.Text, Summary: a.Summary, Locale: a.Locale,
		Name: a.Name, Action: a.Action, ReplyToID: a.ReplyToID, Value: mapOf(a.Value),
		MembersAdded: schemaAccounts(a.MembersAdded), MembersRemoved: schemaAccounts(a.MembersRemoved),
	}
}

func (c Account) schemaAccount() schema.ChannelAccount {
	return schema.ChannelAccount{ID: c.ID, Name: c.Name, AadObjectID: c.AADObjectID}
}

func schemaAccounts(accounts []Account) []schema.ChannelAccount {
	var out []schema.ChannelAccount
	for _, c := range accounts {
		out = append(out, c.schemaAccount())
	}
	return out
}

// timeOf is the zero time for a time that is absent or in no known form.
func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// mapOf is nil for a value that is no object.
func mapOf(raw json.RawMessage) map[string]any {
	var m map[string]any
	if !isObject(raw) || json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}
