// Package sessiontest tests implementations of [session.Store].
//
//	func TestMyStore(t *testing.T) {
//		sessiontest.TestStore(t, func(t testing.TB) session.Store { return mystore.New(t) })
//	}
package sessiontest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ordago/ordago/session"
)

// TestStore checks that a store keeps the contract of [session.Store]. open is
// called once for each subtest and must return an empty store.
func TestStore(t *testing.T, open func(testing.TB) session.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, session.Store)
	}{
		{"CreateAndLoad", testCreateAndLoad},
		{"UnknownIsNoError", testUnknown},
		{"CreateTwice", testCreateTwice},
		{"NearMissOfSecret", testNearMiss},
		{"Update", testUpdate},
		{"UpdateRefused", testUpdateRefused},
		{"UpdateRepeats", testUpdateRepeats},
		{"UpdateKeepsIdentity", testUpdateKeepsIdentity},
		{"UpdateDoesNotShare", testUpdateDoesNotShare},
		{"NewSecret", testNewSecret},
		{"SecretTaken", testSecretTaken},
		{"ConcurrentUpdates", testConcurrentUpdates},
		{"ConcurrentNewSecrets", testConcurrentNewSecrets},
		{"Touch", testTouch},
		{"Delete", testDelete},
		{"ListAndCount", testList},
		{"Expire", testExpire},
		{"ExpireOnce", testExpireOnce},
		{"LargeStorage", testLargeStorage},
		{"OTP", testOTP},
		{"OTPTakenOnce", testOTPTakenOnce},
		{"OTPDroppedWithSession", testOTPDropped},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// start is an arbitrary moment with microseconds, which every store must keep.
var start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

func record(n int) session.Record {
	return session.Record{
		ID:         fmt.Sprintf("%032X", n),
		Secret:     session.HashSecret(fmt.Sprint("secret ", n)),
		Version:    1,
		Kind:       session.Web,
		Type:       "rest",
		UserName:   "Ada Łovelace",
		Privileges: []string{"simple", "medium"},
		SignedIn:   true,
		Idle:       time.Hour,
		Created:    start.Add(time.Duration(n) * time.Second),
		Seen:       start.Add(time.Duration(n) * time.Minute),
		Address:    "2001:db8::1",
		UserAgent:  "test/1.0",
		Machine:    "host",
		System:     "ada",
		Storage:    map[string]json.RawMessage{"cart": json.RawMessage(`["tea",2]`)},
		Keys:       []session.Hash{session.HashSecret(fmt.Sprint("key ", n)), session.HashSecret("another")},
		Quotas:     session.QuotaValues{EntitySets: 3, MaxTimeout: 600},
	}
}

func create(t *testing.T, s session.Store, records ...session.Record) {
	t.Helper()
	for _, r := range records {
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatalf("Create(%s) = %v", r.ID, err)
		}
	}
}

// want fails unless got is the record want.
func want(t *testing.T, call string, got session.Record, ok bool, err error, want session.Record) {
	t.Helper()
	if err != nil || !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %+v, %t, %v; want %+v, true, nil", call, got, ok, err, want)
	}
}

// wantNone fails unless there was no record and no error.
func wantNone(t *testing.T, call string, ok bool, err error) {
	t.Helper()
	if ok || err != nil {
		t.Errorf("%s = %t, %v; want false, nil", call, ok, err)
	}
}

// stored fails unless the store holds exactly r.
func stored(t *testing.T, s session.Store, r session.Record) {
	t.Helper()
	got, ok, err := s.Load(t.Context(), r.Secret)
	want(t, "Load", got, ok, err, r)
	got, ok, err = s.LoadID(t.Context(), r.ID)
	want(t, "LoadID", got, ok, err, r)
}

// gone fails unless the store has no trace of r.
func gone(t *testing.T, s session.Store, r session.Record) {
	t.Helper()
	_, ok, err := s.Load(t.Context(), r.Secret)
	wantNone(t, "Load", ok, err)
	_, ok, err = s.LoadID(t.Context(), r.ID)
	wantNone(t, "LoadID", ok, err)
}

func testCreateAndLoad(t *testing.T, s session.Store) {
	full := record(1)
	bare := session.Record{ID: record(2).ID, Secret: record(2).Secret, Version: 1, Type: "web", Created: start, Seen: start}
	versioned := record(3)
	versioned.Version = 17 // stored as 1
	create(t, s, full, bare, versioned)
	stored(t, s, full)
	stored(t, s, bare)
	stored(t, s, record(3))
}

func testUnknown(t *testing.T, s session.Store) {
	create(t, s, record(1))
	r := record(2)
	gone(t, s, r)
	_, ok, err := s.Update(t.Context(), r.ID, func(*session.Record) error {
		t.Error("Update of an unknown record called fn")
		return nil
	})
	wantNone(t, "Update", ok, err)
	ok, err = s.Touch(t.Context(), r.ID, start)
	wantNone(t, "Touch", ok, err)
	ok, err = s.Delete(t.Context(), r.ID)
	wantNone(t, "Delete", ok, err)
	gone(t, s, r)
}

func testCreateTwice(t *testing.T, s session.Store) {
	create(t, s, record(1))
	sameID, sameSecret := record(2), record(3)
	sameID.ID, sameSecret.Secret = record(1).ID, record(1).Secret
	for _, r := range []session.Record{record(1), sameID, sameSecret} {
		if err := s.Create(t.Context(), r); err == nil {
			t.Errorf("Create(%s) of an existing ID or secret = nil, want an error", r.ID)
		}
	}
	stored(t, s, record(1))
	_, ok, err := s.Load(t.Context(), sameID.Secret)
	wantNone(t, "Load(secret of the refused record)", ok, err)
	_, ok, err = s.LoadID(t.Context(), sameSecret.ID)
	wantNone(t, "LoadID(id of the refused record)", ok, err)
}

func testNearMiss(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	for i := range r.Secret {
		near := r.Secret
		near[i] ^= 1
		_, ok, err := s.Load(t.Context(), near)
		wantNone(t, fmt.Sprintf("Load with bit %d flipped", i*8), ok, err)
	}
	_, ok, err := s.Load(t.Context(), session.HashSecret(r.ID))
	wantNone(t, "Load(hash of the ID)", ok, err)
}

func testUpdate(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	value := mustMarshal(t, map[string]string{"x": "<&>"})
	change := func(r *session.Record) error {
		r.UserName, r.SignedIn, r.Idle = "Grace", false, 2*time.Hour
		r.Privileges = append(r.Privileges, "extra")
		r.Keys = append(r.Keys[:1], session.HashSecret("third"))
		r.Quotas.DefaultTimeout = 60
		delete(r.Storage, "cart")
		r.Storage["n"] = value
		return nil
	}
	after := r.Clone()
	_ = change(&after)
	after.Version = 2
	got, ok, err := s.Update(t.Context(), r.ID, change)
	want(t, "Update", got, ok, err, after)
	stored(t, s, after)
}

func mustMarshal(t *testing.T, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func testUpdateRefused(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	refusal := errors.New("no")
	_, ok, err := s.Update(t.Context(), r.ID, func(r *session.Record) error {
		r.UserName = "Mallory"
		r.Storage["cart"] = nil
		r.Privileges[0] = "all"
		r.Keys[0] = session.HashSecret("mallory")
		return refusal
	})
	if !ok || err != refusal {
		t.Errorf("Update refused by fn = %t, %v; want true and the error of fn itself", ok, err)
	}
	stored(t, s, r)
}

// testUpdateRepeats makes a change from inside fn, so that the outer one has to
// start over with the result of the inner one.
func testUpdateRepeats(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	calls := 0
	got, ok, err := s.Update(t.Context(), r.ID, func(r *session.Record) error {
		if calls++; calls == 1 {
			_, _, err := s.Update(t.Context(), r.ID, func(r *session.Record) error {
				r.UserName = "inner"
				return nil
			})
			if err != nil {
				return err
			}
		}
		r.UserName += "+outer"
		return nil
	})
	r.UserName, r.Version = "inner+outer", 3
	want(t, "Update", got, ok, err, r)
	if calls != 2 {
		t.Errorf("fn ran %d times, want 2", calls)
	}
	stored(t, s, r)
}

func testUpdateKeepsIdentity(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	got, ok, err := s.Update(t.Context(), r.ID, func(r *session.Record) error {
		r.ID, r.Version = record(2).ID, 99
		r.Created, r.Seen = start.AddDate(1, 0, 0), start.AddDate(2, 0, 0)
		return nil
	})
	r.Version = 2
	want(t, "Update", got, ok, err, r)
	stored(t, s, r)
}

func testUpdateDoesNotShare(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	before, _, _ := s.LoadID(t.Context(), r.ID)
	if _, _, err := s.Update(t.Context(), r.ID, func(r *session.Record) error {
		r.Storage["cart"], r.Privileges[0] = json.RawMessage(`1`), "other"
		return nil
	}); err != nil {
		t.Fatalf("Update = %v", err)
	}
	if !reflect.DeepEqual(before, r) {
		t.Errorf("a record loaded before the update is now %+v, want it unchanged: %+v", before, r)
	}
	mine := record(2)
	create(t, s, mine)
	mine.Storage["cart"], mine.Privileges[0] = json.RawMessage(`1`), "other"
	stored(t, s, record(2))
}

func testNewSecret(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	old := r.Secret
	r.Secret, r.Version = session.HashSecret("new"), 2
	got, ok, err := s.Update(t.Context(), r.ID, func(c *session.Record) error {
		c.Secret = r.Secret
		return nil
	})
	want(t, "Update", got, ok, err, r)
	stored(t, s, r)
	_, ok, err = s.Load(t.Context(), old)
	wantNone(t, "Load(old secret)", ok, err)
}

func testSecretTaken(t *testing.T, s session.Store) {
	create(t, s, record(1), record(2))
	_, _, err := s.Update(t.Context(), record(1).ID, func(r *session.Record) error {
		r.Secret = record(2).Secret
		return nil
	})
	if err == nil {
		t.Error("Update to the secret of another record = nil, want an error")
	}
	stored(t, s, record(1))
	stored(t, s, record(2))
}

func testConcurrentUpdates(t *testing.T, s session.Store) {
	const writers, each = 16, 8
	r := record(1)
	create(t, s, r)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				key := fmt.Sprintf("%d.%d", w, i)
				_, ok, err := s.Update(context.Background(), r.ID, func(r *session.Record) error {
					r.Storage[key] = json.RawMessage("1")
					return nil
				})
				if !ok || err != nil {
					t.Errorf("Update(%s) = %t, %v", key, ok, err)
				}
			}
		})
	}
	wg.Wait()
	got, _, err := s.LoadID(t.Context(), r.ID)
	if n := writers*each + 1; err != nil || len(got.Storage) != n || got.Version != int64(n) {
		t.Errorf("after %d updates: %d values, version %d, error %v; want %d values and that version", n-1, len(got.Storage), got.Version, err, n)
	}
}

// testConcurrentNewSecrets checks that in the end exactly one secret works.
func testConcurrentNewSecrets(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	secrets := []session.Hash{r.Secret}
	for i := range 8 {
		secrets = append(secrets, session.HashSecret(fmt.Sprint("new ", i)))
	}
	var wg sync.WaitGroup
	for _, secret := range secrets[1:] {
		wg.Go(func() {
			_, ok, err := s.Update(context.Background(), r.ID, func(r *session.Record) error {
				r.Secret = secret
				return nil
			})
			if !ok || err != nil {
				t.Errorf("Update = %t, %v", ok, err)
			}
		})
	}
	wg.Wait()
	last, _, err := s.LoadID(t.Context(), r.ID)
	if err != nil {
		t.Fatalf("LoadID = %v", err)
	}
	for _, secret := range secrets {
		_, ok, err := s.Load(t.Context(), secret)
		if err != nil || ok != (secret == last.Secret) {
			t.Errorf("Load(%.8s) = %t, %v; the record has secret %.8s", secret, ok, err, last.Secret)
		}
	}
}

func testTouch(t *testing.T, s session.Store) {
	r := record(1)
	create(t, s, r)
	for _, step := range []struct{ touch, want time.Duration }{
		{5 * time.Minute, 5 * time.Minute},
		{3 * time.Minute, 5 * time.Minute}, // never backwards
		{5 * time.Minute, 5 * time.Minute},
		{6 * time.Minute, 6 * time.Minute},
	} {
		ok, err := s.Touch(t.Context(), r.ID, record(1).Seen.Add(step.touch))
		if !ok || err != nil {
			t.Errorf("Touch(+%v) = %t, %v; want true, nil", step.touch, ok, err)
		}
		r.Seen = record(1).Seen.Add(step.want)
		stored(t, s, r)
	}
	if every := s.TouchEvery(); every < 0 || every > time.Minute {
		t.Errorf("TouchEvery() = %v, want no more than a minute", every)
	}
}

func testDelete(t *testing.T, s session.Store) {
	create(t, s, record(1), record(2))
	if ok, err := s.Delete(t.Context(), record(1).ID); !ok || err != nil {
		t.Errorf("Delete = %t, %v; want true, nil", ok, err)
	}
	gone(t, s, record(1))
	stored(t, s, record(2))
	ok, err := s.Delete(t.Context(), record(1).ID)
	wantNone(t, "second Delete", ok, err)
	create(t, s, record(1))
	stored(t, s, record(1))
}

func testList(t *testing.T, s session.Store) {
	wantList(t, s, nil)
	create(t, s, record(3), record(1), record(2))
	wantList(t, s, []session.Record{record(1), record(2), record(3)})
	if _, err := s.Delete(t.Context(), record(2).ID); err != nil {
		t.Fatalf("Delete = %v", err)
	}
	wantList(t, s, []session.Record{record(1), record(3)})
}

func wantList(t *testing.T, s session.Store, want []session.Record) {
	t.Helper()
	got, err := s.List(t.Context())
	if err != nil || !(len(got) == 0 && len(want) == 0) && !reflect.DeepEqual(got, want) {
		t.Errorf("List() = %+v, %v; want %+v", got, err, want)
	}
	if n, err := s.Count(t.Context()); n != len(want) || err != nil {
		t.Errorf("Count() = %d, %v; want %d", n, err, len(want))
	}
}

func testExpire(t *testing.T, s session.Store) {
	old, touched, young, eternal := record(1), record(2), record(3), record(4)
	old.Seen, touched.Seen, young.Seen, eternal.Seen = start, start, start.Add(time.Microsecond), start
	eternal.Idle = 0
	create(t, s, old, touched, young, eternal)
	touched.Seen = start.Add(time.Minute)
	if _, err := s.Touch(t.Context(), touched.ID, touched.Seen); err != nil {
		t.Fatalf("Touch = %v", err)
	}
	almost := start.Add(time.Hour - time.Microsecond)
	if ids, err := s.Expire(t.Context(), almost); len(ids) != 0 || err != nil {
		t.Errorf("Expire just before = %v, %v; want none", ids, err)
	}
	ids, err := s.Expire(t.Context(), start.Add(time.Hour))
	if !slices.Equal(ids, []string{old.ID}) || err != nil {
		t.Errorf("Expire = %v, %v; want %s alone", ids, err, old.ID)
	}
	gone(t, s, old)
	for _, r := range []session.Record{touched, young, eternal} {
		stored(t, s, r)
	}
}

// testExpireOnce checks that of several servers only one is told of each session.
func testExpireOnce(t *testing.T, s session.Store) {
	const n = 40
	for i := range n {
		create(t, s, record(i))
	}
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		all []string
	)
	for range 4 {
		wg.Go(func() {
			ids, err := s.Expire(context.Background(), start.AddDate(1, 0, 0))
			if err != nil {
				t.Errorf("Expire = %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, ids...)
		})
	}
	wg.Wait()
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(all) != n || len(distinct) != n {
		t.Errorf("%d removals of %d sessions reported, want %d of each", len(all), len(distinct), n)
	}
}

func testLargeStorage(t *testing.T, s session.Store) {
	r := record(1)
	r.Storage["big"] = json.RawMessage(`"` + strings.Repeat("é", 500_000) + `"`)
	create(t, s, r)
	got, ok, err := s.Load(t.Context(), r.Secret)
	if !ok || err != nil || !bytes.Equal(got.Storage["big"], r.Storage["big"]) {
		t.Errorf("Load of a record with 1 MB = %t, %v, %d bytes; want %d", ok, err, len(got.Storage["big"]), len(r.Storage["big"]))
	}
}
