// Baseline is the least that a bot in Go can do, for BenchmarkBinary: the standard library and go-redis, no framework
// and no conversation. It checks the token as Teams' rules say, asks Redis once, sends one small card and answers 200.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

type bot struct {
	keys   map[string]*rsa.PublicKey
	redis  *redis.Client
	client *http.Client
	token  string
}

func main() {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 128
	b := &bot{keys: fetchKeys(os.Getenv("BOT_OPENID_METADATA_URL")), redis: redis.NewClient(options), client: &http.Client{Transport: transport}, token: "baseline"}
	http.HandleFunc("POST /api/messages", b.messages)
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN_ADDR"), nil))
}

func fetchKeys(metadata string) map[string]*rsa.PublicKey {
	var about struct {
		JWKS string `json:"jwks_uri"`
	}
	var set struct {
		Keys []struct{ Kid, N, E string }
	}
	fetch(metadata, &about)
	fetch(about.JWKS, &set)
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, _ := base64.RawURLEncoding.DecodeString(k.N)
		e, _ := base64.RawURLEncoding.DecodeString(k.E)
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return keys
}

func fetch(address string, v any) {
	resp, err := http.Get(address)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		log.Fatal(err)
	}
}

type activity struct {
	Type, ID, Text, ServiceURL string
	Conversation               struct{ ID, TenantID string }
	Recipient                  struct{ ID string }
}

func (b *bot) messages(w http.ResponseWriter, r *http.Request) {
	serviceURL, err := b.verify(r.Header.Get("Authorization"))
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var a activity
	if json.NewDecoder(io.LimitReader(r.Body, 256<<10)).Decode(&a) != nil || a.ServiceURL != serviceURL {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	isNew, err := b.redis.SetNX(r.Context(), "seen:"+a.Conversation.ID+":"+a.ID, 1, time.Hour).Result()
	if err == nil && isNew {
		err = b.reply(r.Context(), a)
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (b *bot) verify(header string) (serviceURL string, err error) {
	raw, isBearer := strings.CutPrefix(header, "Bearer ")
	parts := strings.Split(raw, ".")
	if !isBearer || len(parts) != 3 {
		return "", errors.New("no bearer token")
	}
	var head struct{ Alg, Kid string }
	var claims struct {
		Iss, Aud, ServiceURL string
		Exp, Nbf             int64
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err := errors.Join(err, part(parts[0], &head), part(parts[1], &claims)); err != nil {
		return "", err
	}
	key, now := b.keys[head.Kid], time.Now().Unix()
	if key == nil || head.Alg != "RS256" || claims.Aud != os.Getenv("MICROSOFT_APP_ID") || claims.Iss != "https://api.botframework.com" || now > claims.Exp+300 || now < claims.Nbf-300 {
		return "", errors.New("not for this bot, or not now")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return claims.ServiceURL, rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
}

func part(text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func (b *bot) reply(ctx context.Context, a activity) error {
	type m map[string]any
	card := m{"type": "AdaptiveCard", "version": "1.5", "body": []m{{"type": "TextBlock", "text": "You said: " + a.Text, "wrap": true}}}
	body, err := json.Marshal(m{
		"type": "message", "from": m{"id": a.Recipient.ID}, "conversation": m{"id": a.Conversation.ID}, "replyToId": a.ID,
		"attachments": []m{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}},
	})
	if err != nil {
		return err
	}
	address := strings.TrimRight(a.ServiceURL, "/") + "/v3/conversations/" + url.PathEscape(a.Conversation.ID) + "/activities/" + url.PathEscape(a.ID)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+b.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
