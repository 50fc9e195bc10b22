package script

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"okrbot/bot/bottest"
)

func (w *World) cmdUser(_ bool, args []string) error {
	if err := w.turned(); err != nil {
		return err
	}
	u := w.Teams.User(strings.Join(args, " "))
	if u.ID == "" {
		return fmt.Errorf("nobody is called %q", args)
	}
	w.User = u
	if w.Chat.Kind == bottest.KindPersonal {
		w.Chat = w.Teams.Personal(u)
	}
	return nil
}

// turned waits until turns have noted what they leave for the end, such as where a person's chat is: nobody is in another
// place so fast.
func (w *World) turned() error {
	ctx, cancel := w.ctx()
	defer cancel()
	return w.quiet(ctx)
}

// outside is the tenant of outsiders.
const outside = "9e2b6a3e-0d0a-4a54-9d3a-1f6c2b7e9b02"

func (w *World) cmdOutsider(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	w.Teams.AddTenant(outside, "fabrikam")
	u := w.Teams.AddUser(outside, strings.Join(args, " "), bottest.RoleUser)
	_, err := w.Teams.AddMember(ctx, w.Chat, w.User, u)
	return err
}

// cmdJoin lets a person join the place.
func (w *World) cmdJoin(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	_, err := w.Teams.AddMember(ctx, w.Chat, w.User, w.Teams.User(strings.Join(args, " ")))
	return err
}

// cmdRename gives the channel another name.
func (w *World) cmdRename(_ bool, args []string) (err error) {
	ctx, cancel := w.ctx()
	defer cancel()
	w.Chat, _, err = w.Teams.RenameChannel(ctx, w.Chat, w.User, strings.Join(args, " "))
	return err
}

// cmdCrowd lets many people join the place, as in the team of a whole company.
func (w *World) cmdCrowd(_ bool, args []string) error {
	n, err := strconv.Atoi(strings.Join(args, ""))
	if err != nil {
		return err
	}
	w.Teams.AddCrowd(w.Chat, n)
	return nil
}

func (w *World) cmdIn(_ bool, args []string) error {
	if err := w.turned(); err != nil {
		return err
	}
	w.current = nil
	switch place := strings.Join(args, " "); {
	case place == "personal":
		w.Chat = w.Teams.Personal(w.User)
	case place == "group":
		w.Chat = w.Teams.GroupChat("")
	case strings.HasPrefix(place, "between "):
		w.Chat = w.Teams.Between(w.User, w.Teams.User(strings.TrimPrefix(place, "between ")))
	case strings.HasPrefix(place, "private "), strings.HasPrefix(place, "shared "):
		kind, name, _ := strings.Cut(place, " ")
		if w.Chat = w.Teams.Channel(name); w.Chat.ID == "" {
			w.Chat = w.Teams.AddOwnChannel(w.Teams.Team(""), kind, name, w.User)
		}
	case place == "thread":
		if w.Chat.Kind != bottest.KindChannel || w.sent.Chat.Thread == "" {
			return errors.New("in thread: nothing was said in a channel")
		}
		w.Chat = w.Chat.InThread(w.sent.Chat.Thread)
		w.thread = w.Chat
	case place == "that thread":
		w.Chat = w.thread
	case strings.HasPrefix(place, "channel "):
		w.Chat = w.Teams.Channel(strings.TrimPrefix(place, "channel "))
	default:
		return fmt.Errorf("in %s: unknown", place)
	}
	if w.Chat.ID == "" {
		return fmt.Errorf("in %s: no such place", args)
	}
	return nil
}

func (w *World) cmdClient(_ bool, args []string) error {
	platform := "Web"
	if len(args) == 2 && args[0] == "locale" {
		w.Teams.SetLocale(w.User, args[1])
		return nil
	}
	switch kind := strings.Join(args, " "); kind {
	case "careless":
		w.Teams.SetValidateInputs(false)
		return nil
	case "desktop":
		platform = "Windows"
		w.submit = false
	case "iphone":
		platform = "iOS"
		w.submit = false
	case "execute", "submit":
		w.submit = kind == "submit"
	default:
		return fmt.Errorf("client %s: unknown", kind)
	}
	w.Teams.SetPlatform(platform)
	return nil
}

func (w *World) cmdInstall(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	_, err := w.Teams.Install(ctx, w.Chat, w.User) // two events, of which the first may be answered
	return err
}

func (w *World) cmdUninstall(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.Uninstall(ctx, w.Chat, w.User)
	w.begin(d)
	return err
}

func (w *World) cmdRedeliver(bool, []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	d, err := w.Teams.Redeliver(ctx, w.sent)
	w.since, w.current = d.Seq, nil
	return err
}

// cmdEvent is an event of the channel in which the script acts, or of its team.
func (w *World) cmdEvent(_ bool, args []string) error {
	ctx, cancel := w.ctx()
	defer cancel()
	if err := w.cmdMark(false, nil); err != nil {
		return err
	}
	_, err := w.Teams.ChannelEvent(ctx, w.Chat, w.User, strings.Join(args, " "))
	return err
}

// cmdForget makes Teams forget the 1:1 chat of the acting person.
func (w *World) cmdForget(bool, []string) error {
	w.Teams.Forget(w.User)
	if w.Chat.Kind == bottest.KindPersonal {
		w.Chat, w.current = w.Teams.Personal(w.User), nil
	}
	return nil
}
