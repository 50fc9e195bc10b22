package settings

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// admins lists who administers okrbot, and lets an admin add or remove somebody
// who is mentioned, or named by address or name. Who is removed need not be in the
// same place, or in any.
func (s *Subject) admins(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	word, who, _ := strings.Cut(strings.TrimSpace(arg), " ")
	var change func(context.Context, okr.Actor, okr.Person) (okr.Settings, error)
	did := "admin added"
	switch strings.ToLower(word) {
	case "":
		return s.listAdmins(ctx, t, t.Settings)
	case "add":
		change = s.access.AddAdmin
	case "remove":
		change, did = s.access.RemoveAdmin, "admin removed"
	default:
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Send one of these: admins, admins add @person, admins remove @person.")
	}
	if err := s.access.RequireAdmin(ctx, t.Actor); err != nil {
		return chat.Reply{}, err
	}
	person, err := s.adminMeant(ctx, t, strings.ToLower(word), who)
	if err != nil {
		return chat.Reply{}, err
	}
	settings, err := change(ctx, t.Actor, person)
	if err != nil {
		return chat.Reply{}, err
	}
	if t.Settings.HasAdmin(person.ID) != settings.HasAdmin(person.ID) {
		s.chat.Audit(ctx, t, chat.Deed{Did: did, To: string(person.ID)})
	}
	return s.listAdmins(ctx, t, settings)
}

// adminMeant finds who is to be added, or removed: of the latter those who are admins
// now come first.
func (s *Subject) adminMeant(ctx context.Context, t *chat.Turn, word, who string) (okr.Person, error) {
	if name := strings.TrimPrefix(strings.TrimSpace(who), "@"); word == "remove" {
		if found := chat.Named(t.Settings.Admins, name); len(found) == 1 {
			return found[0], nil
		}
	}
	return s.chat.Mentioned(ctx, t, who)
}

func (s *Subject) listAdmins(ctx context.Context, t *chat.Turn, settings okr.Settings) (chat.Reply, error) {
	chat.MeetAdmins(ctx, s.chat, t)
	names := s.access.AdminList(ctx, settings)
	words := "No admin is set up yet. The person who runs okrbot can name one in ADMIN_OBJECT_IDS."
	if len(names) > 0 {
		words = strings.Join(names, ", ") + ". Admins enable Azure DevOps and can change everyone's OKRs. To add an admin, send: admins add @person."
	}
	return chat.Say(cards.Done("Admins of okrbot", words, []cards.Button{{Title: "Manage Azure DevOps", Verb: cards.VerbManage}})), nil
}
