package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/infracloudio/msbotbuilder-go/connector/auth"
	"github.com/infracloudio/msbotbuilder-go/core"
	"github.com/infracloudio/msbotbuilder-go/core/activity"
	"github.com/infracloudio/msbotbuilder-go/schema"
)

// This file and the handshake of [Validator] are the seam of the Bot Framework SDK:
// it is here because the SDK is a given. Nothing else of the wire needs it.

// adapter uses the Bot Framework SDK at its seam: the exported fields of
// core.BotFrameworkAdapter take this package's validator and connector, and the
// SDK's own are never constructed.
type adapter struct {
	settings  core.AdapterSetting
	validator auth.TokenValidator
	connector *Connector
	handler   Handler
}

func newAdapter(appID string, validator auth.TokenValidator, connector *Connector, handler Handler) *adapter {
	return &adapter{
		settings: core.AdapterSetting{
			AppID: appID, CredentialProvider: auth.SimpleCredentialProvider{AppID: appID},
			ChannelService: auth.ChannelService,
		},
		validator: validator, connector: connector, handler: handler,
	}
}

// dispatch hands the activity to the handler. Messages, invokes and conversation
// updates go through the SDK; installation updates, which it does not know, go
// directly, and everything else is ignored.
func (a *adapter) dispatch(ctx context.Context, act Activity) (InvokeResponse, error) {
	switch act.Type {
	case TypeMessage, TypeInvoke, TypeConversationUpdate:
		return a.process(ctx, act)
	case TypeInstallationUpdate:
		return InvokeResponse{}, a.handler.OnInstallation(ctx, act)
	default:
		return InvokeResponse{}, nil
	}
}

// process runs the SDK's dispatch. The closures carry the context, the whole
// activity and the invoke's answer past it, for its own types lose them, and
// the handler's error as it is, for the SDK prefixes it.
func (a *adapter) process(ctx context.Context, act Activity) (InvokeResponse, error) {
	var out InvokeResponse
	var failed error
	done := func(err error) (schema.Activity, error) { //nolint:unparam // the SDK wants an activity to send
		failed = err
		return schema.Activity{}, err
	}
	err := a.framework(ctx).ProcessActivity(ctx, act.schemaActivity(), activity.HandlerFuncs{
		OnMessageFunc: func(*activity.TurnContext) (schema.Activity, error) {
			return done(a.handler.OnMessage(ctx, act))
		},
		OnConversationUpdateFunc: func(*activity.TurnContext) (schema.Activity, error) {
			return done(a.handler.OnConversationUpdate(ctx, act))
		},
		OnInvokeFunc: func(*activity.TurnContext) (schema.Activity, error) {
			var err error
			out, err = a.handler.OnInvoke(ctx, act)
			return done(err)
		},
	})
	if failed != nil {
		return out, failed
	}
	return out, err
}

// framework is the SDK's adapter for one turn; it is a few words of memory, and
// its client must know the turn's context.
func (a *adapter) framework(ctx context.Context) *core.BotFrameworkAdapter {
	send := func(method string, act schema.Activity) error { return a.send(ctx, method, act) }
	return &core.BotFrameworkAdapter{AdapterSetting: a.settings, TokenValidator: a.validator, Client: frameworkClient(send)}
}

// frameworkClient implements the SDK's client.Client. The address that the SDK
// makes is not used: the connector makes its own, escaped, from the activity.
type frameworkClient func(method string, act schema.Activity) error

// Post sends an activity that a handler returned. A handler that has answered
// already returns an empty one, which the SDK posts all the same; it is dropped.
func (f frameworkClient) Post(_ url.URL, act schema.Activity) error {
	if act.Type == "" {
		return nil
	}
	return f(http.MethodPost, act)
}

// Put replaces a message.
func (f frameworkClient) Put(_ url.URL, act schema.Activity) error { return f(http.MethodPut, act) }

// Delete removes a message.
func (f frameworkClient) Delete(_ url.URL, act schema.Activity) error {
	return f(http.MethodDelete, act)
}

func (a *adapter) send(ctx context.Context, method string, act schema.Activity) error {
	ref := Ref{
		ServiceURL: act.ServiceURL, ConversationID: act.Conversation.ID,
		TenantID: act.Conversation.TenantID, BotID: act.From.ID, ActivityID: act.ID,
	}
	msg := Message{Text: act.Text, Summary: act.Summary}
	if len(act.Attachments) > 0 {
		msg.Card, msg.ContentType = act.Attachments[0].Content, act.Attachments[0].ContentType
	}
	switch method {
	case http.MethodPost:
		_, err := a.connector.Reply(ctx, ref.WithActivity(act.ReplyToID), msg)
		return err
	case http.MethodPut:
		return a.connector.Update(ctx, ref, msg)
	case http.MethodDelete:
		return a.connector.Delete(ctx, ref)
	default:
		return errors.New("adapter: unknown method")
	}
}

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
