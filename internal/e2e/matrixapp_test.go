package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
	"github.com/ordago/ordago/web"
)

// Visit and Errand are dataclasses, of the application and of its component, whose triggers write down what they see.
type Visit struct {
	ID    uint
	Place string
	Seen  string
	model.Record
}

// BeforeSave is the trigger.
func (v *Visit) BeforeSave(tx *gorm.DB) error {
	s, _ := triggers.Session(tx)
	v.Seen = sightOf(tx.Statement.Context, s)
	return nil
}

// Errand belongs to the component.
type Errand struct {
	ID   uint
	Seen string
	model.Record
}

// BeforeSave is the trigger.
func (e *Errand) BeforeSave(tx *gorm.DB) error {
	s, _ := triggers.Session(tx)
	e.Seen = sightOf(tx.Statement.Context, s)
	return nil
}

// Desk is a singleton.
type Desk struct{}

// sightOf is what running code sees of the session that it was given: kind, ID, and whether permissions apply to it.
func sightOf(ctx context.Context, s *session.Session) string {
	current, caller := session.Current(ctx), session.Caller(ctx)
	if current.ID() != s.ID() || caller.ID() != s.ID() {
		return fmt.Sprintf("given %s/current %s/caller %s", s.ID(), current.ID(), caller.ID())
	}
	return sight(s, session.Enforced(ctx))
}

func sight(s *session.Session, restricted bool) string {
	kind := "null"
	if s != nil {
		kind = s.Kind().String()
	}
	return kind + "/" + s.ID() + "/" + map[bool]string{true: "restricted", false: "free"}[restricted]
}

// look is the function of every receiver.
func look[R dataclasses.Receiver](ctx context.Context, s *session.Session, _ R, _ none) (string, error) {
	return sightOf(ctx, s), nil
}

// matrixSpec says what kind of process it is.
type matrixSpec struct {
	Database   string
	Standalone bool
	NoSessions bool
	Serve      bool // as web server
}

// matrixApp is an application in which code of every context tells which session it sees.
type matrixApp struct {
	matrixSpec
	lookStore  *dataclasses.Func[*store, none, string]
	lookErrand *dataclasses.Func[*dataclasses.DataClass[Errand], none, string]
	lookDesk   *dataclasses.Func[*dataclasses.Singleton[Desk], none, string]
	process    *server.Proc[place]
	scheduled  *server.Proc[none]

	mu  sync.Mutex
	out *json.Encoder
}

// place is the name of a context.
type place struct{ Name string }

// news is a line that the process prints.
type news struct {
	Context string
	Sights  []string
}

func newMatrixApp(spec matrixSpec, out io.Writer) *matrixApp {
	a := &matrixApp{matrixSpec: spec, out: json.NewEncoder(out)}
	a.lookStore = dataclasses.Exposed("look", look[*store], dataclasses.OnHTTPGet)
	a.lookErrand = dataclasses.Exposed("look", look[*dataclasses.DataClass[Errand]])
	a.lookDesk = dataclasses.Exposed("look", look[*dataclasses.Singleton[Desk]])
	a.process = server.NewProcedure("process", func(ctx context.Context, s *session.Session, in place) error { return a.report(ctx, s, in.Name) })
	a.scheduled = server.NewProcedure("scheduled", func(ctx context.Context, s *session.Session, _ none) error {
		return a.report(ctx, s, "scheduled procedure")
	})
	return a
}

// tell prints what a context saw.
func (a *matrixApp) tell(context string, sights ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = a.out.Encode(news{context, sights}) // the test misses what it does not hear
}

// report prints what the code of a context sees, and what all that it calls does.
func (a *matrixApp) report(ctx context.Context, s *session.Session, context string) error {
	sights, err := a.witness(ctx, s)
	if err != nil {
		sights = append(sights, "error "+err.Error())
	}
	a.tell(context, sights...)
	return err
}

// witness returns what running code sees, and the code that it calls: functions of host and component, triggers, tags.
func (a *matrixApp) witness(ctx context.Context, s *session.Session) ([]string, error) {
	app, ok := server.FromContext(ctx)
	if !ok {
		return nil, server.ErrNoApplication
	}
	ds := app.DataStore()
	sights := []string{"itself " + sightOf(ctx, s)}
	for _, call := range []struct {
		what string
		fn   func() (string, error)
	}{
		{"function", func() (string, error) { return a.lookStore.Call(ctx, ds, none{}) }},
		{"component's-function", func() (string, error) { return a.lookErrand.Call(ctx, dataclasses.Of[Errand](ds), none{}) }},
		{"singleton", func() (string, error) {
			desk, err := dataclasses.Me[Desk](ctx, ds)
			if err != nil {
				return "", err
			}
			return a.lookDesk.Call(ctx, desk, none{})
		}},
		{"trigger", func() (string, error) {
			v := dataclasses.Of[Visit](ds).New()
			err := v.Save(ctx)
			return v.Value.Seen, err
		}},
		{"component's-trigger", func() (string, error) {
			e := dataclasses.Of[Errand](ds).New()
			err := e.Save(ctx)
			return e.Value.Seen, err
		}},
		{"ProcessTags", func() (string, error) { return app.Application().Host().ProcessTags(ctx, "$4DTEXT(partLook())", nil) }},
	} {
		seen, err := call.fn()
		if err != nil {
			return sights, fmt.Errorf("%s: %w", call.what, err)
		}
		sights = append(sights, call.what+" "+seen)
	}
	return sights, nil
}

func (a *matrixApp) definitions() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Visit](
			dataclasses.OnClass(dataclasses.Exposed("look", look[*dataclasses.DataClass[Visit]])),
			dataclasses.OnSelection(dataclasses.Exposed("lookAll", look[*dataclasses.Selection[Visit]])),
			dataclasses.OnEntity(dataclasses.Exposed("lookOne", look[*dataclasses.Entity[Visit]])),
		),
		dataclasses.SharedSingleton("Desk", func(context.Context, *store) (*Desk, error) { return new(Desk), nil }, dataclasses.OnSingleton(a.lookDesk)),
		dataclasses.OnStore(
			a.lookStore,
			dataclasses.Exposed("witness", func(ctx context.Context, s *session.Session, _ *store, _ none) ([]string, error) {
				return a.witness(ctx, s)
			}),
			dataclasses.Exposed("execute", func(ctx context.Context, _ *session.Session, _ *store, in place) (bool, error) {
				number, err := a.process.Execute(ctx, in, server.ProcessName("executed"))
				return number > 0, err
			}),
			dataclasses.Exposed("call", func(ctx context.Context, _ *session.Session, _ *store, in place) (bool, error) {
				return true, a.process.Call(ctx, in)
			}),
			dataclasses.Exposed("backup", func(ctx context.Context, _ *session.Session, _ *store, _ none) (bool, error) {
				app, _ := server.FromContext(ctx)
				return true, a.backUp(ctx, app)
			}),
		),
	}
}

func (a *matrixApp) backUp(ctx context.Context, app *server.Server) error {
	_, err := app.Backup(ctx, a.Database+".backup", server.BackupOptions{Overwrite: true})
	return err
}

// hooks report for every hook of the application.
func (a *matrixApp) hooks() server.Hooks {
	reporting := func(name string) func(context.Context, *session.Session) error {
		return func(ctx context.Context, s *session.Session) error { return a.report(ctx, s, name) }
	}
	return server.Hooks{
		ServerStartup:  reporting("On Server Startup"),
		ServerShutdown: func(ctx context.Context, s *session.Session) { _ = reporting("On Server Shutdown")(ctx, s) },
		BackupStartup: func(ctx context.Context, s *session.Session) (int, error) {
			return 0, reporting("On Backup Startup")(ctx, s)
		},
		BackupShutdown: func(ctx context.Context, s *session.Session, code int) {
			_ = reporting(fmt.Sprint("On Backup Shutdown ", code))(ctx, s)
		},
		SystemEvent: func(ctx context.Context, s *session.Session, e server.SystemEvent) {
			_ = reporting(fmt.Sprint("On System Event ", int(e)))(ctx, s)
		},
	}
}

// config describes the process.
func (a *matrixApp) config() server.Config {
	c := server.Config{
		Database:    a.Database,
		Definitions: a.definitions(),
		Standalone:  a.Standalone,
		NoSessions:  a.NoSessions,
		Listen:      "127.0.0.1:0",
		Procedures:  []server.Procedure{a.process, a.scheduled},
		Schedule:    []server.Scheduled{{Spec: "@every 1s", Procedure: "scheduled"}},
		Hooks:       a.hooks(),
		Components:  []server.Component{a.component()},
		Mobile:      a.mobile(),
		RESTAuthentication: func(ctx context.Context, s *session.Session, _ rest.Credentials) (bool, error) {
			return true, a.report(ctx, s, "On REST Authentication")
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	if a.Serve {
		c.Web = a.pages()
		c.Web.Handlers = []web.RequestHandler{{Pattern: "handler", Handle: a.handle}}
	}
	return c
}

func (a *matrixApp) mobile() *rest.Mobile {
	return &rest.Mobile{
		Authentication: func(ctx context.Context, s *session.Session, _ rest.MobileLogin) (rest.MobileLoginResult, error) {
			return rest.MobileLoginResult{Success: true}, a.report(ctx, s, "On Mobile App Authentication")
		},
		Action: func(ctx context.Context, s *session.Session, _ rest.MobileAction) (rest.MobileActionResult, error) {
			return rest.MobileActionResult{Success: true}, a.report(ctx, s, "On Mobile App Action")
		},
	}
}
