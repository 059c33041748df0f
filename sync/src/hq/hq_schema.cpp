#include <array>
#include <string>

#include "tillcue/sync/hq_store.hpp"

namespace tillcue::sync {
namespace {

// Times are milliseconds since 1970 (UTC), money is minor units, quantities thousandths, enumerations their names.
// An event is stored twice on purpose: as it came (inbox.body), which later versions can read again, and taken apart
// into the tables below, which reports ask.
constexpr std::string_view kStep1 = R"sql(
CREATE TABLE streams(                     -- one numbering of one terminal; a reinstalled terminal begins a new one
  id INTEGER PRIMARY KEY,
  terminal TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lost INTEGER NOT NULL DEFAULT 0,        -- numbers whose results a full terminal had to throw away
  UNIQUE(terminal, epoch)
);
CREATE TABLE inbox(
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES streams(id),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,                     -- SHA-256 of body
  received INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE(stream, seq)
);
CREATE TABLE ranges(                      -- which numbers of a stream are stored; ranges never touch
  stream INTEGER NOT NULL REFERENCES streams(id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY(stream, first)
) WITHOUT ROWID;
CREATE TABLE sales(
  event INTEGER PRIMARY KEY REFERENCES inbox(id),
  stream INTEGER NOT NULL REFERENCES streams(id),
  sale TEXT NOT NULL,
  at INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  ending TEXT NOT NULL,                   -- finished, voided, abandoned
  arm TEXT NOT NULL,                      -- treated, holdout
  customer TEXT NOT NULL,                 -- keyed pseudonym or empty
  total INTEGER NOT NULL,
  currency TEXT NOT NULL,
  digits INTEGER NOT NULL,
  line_count INTEGER NOT NULL,
  hints INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  coupons INTEGER NOT NULL
);
CREATE INDEX sales_at ON sales(at);
CREATE TABLE sale_lines(
  event INTEGER NOT NULL REFERENCES sales(event),
  line INTEGER NOT NULL,
  sku TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  unit_price INTEGER NOT NULL,
  PRIMARY KEY(event, line)
) WITHOUT ROWID;
CREATE TABLE decisions(
  event INTEGER PRIMARY KEY REFERENCES inbox(id),
  stream INTEGER NOT NULL REFERENCES streams(id),
  sale TEXT NOT NULL,
  number INTEGER NOT NULL,
  offer INTEGER NOT NULL,                 -- 0: nothing was offered
  at INTEGER NOT NULL,
  stage TEXT NOT NULL,                    -- scan, subtotal, tender
  arm TEXT NOT NULL,
  silence TEXT NOT NULL,                  -- none, holdout, cap_reached, too_few_items, nothing_fits
  eligible TEXT NOT NULL,                 -- JSON array of SKUs, best first
  item TEXT NOT NULL,
  probability INTEGER NOT NULL,           -- millionths
  propensity INTEGER NOT NULL,            -- millionths
  reason TEXT NOT NULL,
  cause TEXT NOT NULL,                    -- the basket's item that spoke loudest
  campaign TEXT NOT NULL,
  release INTEGER NOT NULL,
  micros INTEGER NOT NULL
);
CREATE INDEX decisions_at ON decisions(at);
CREATE TABLE answers(
  event INTEGER PRIMARY KEY REFERENCES inbox(id),
  stream INTEGER NOT NULL REFERENCES streams(id),
  sale TEXT NOT NULL,
  offer INTEGER NOT NULL,
  at INTEGER NOT NULL,
  response TEXT NOT NULL,                 -- none, accepted, declined, ignored
  bought INTEGER NOT NULL
);
CREATE INDEX answers_offer ON answers(stream, sale, offer);
CREATE TABLE coupons(
  event INTEGER PRIMARY KEY REFERENCES inbox(id),
  stream INTEGER NOT NULL REFERENCES streams(id),
  sale TEXT NOT NULL,
  offer INTEGER NOT NULL,
  at INTEGER NOT NULL,
  serial TEXT NOT NULL,
  item TEXT NOT NULL,
  campaign TEXT NOT NULL,
  discount TEXT NOT NULL,                 -- none, percent, amount
  value INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,           -- seconds since 1970, as printed
  fate TEXT NOT NULL,                     -- printed, unconfirmed, dropped
  why TEXT NOT NULL
);
CREATE INDEX coupons_at ON coupons(at);
CREATE TABLE terminals(
  terminal TEXT PRIMARY KEY,
  online INTEGER NOT NULL DEFAULT 0,
  release INTEGER NOT NULL DEFAULT 0,     -- running
  wanted INTEGER NOT NULL DEFAULT 0,      -- newest it has heard of
  phase TEXT NOT NULL DEFAULT '',
  pending INTEGER NOT NULL DEFAULT 0,     -- results not acknowledged yet
  dropped INTEGER NOT NULL DEFAULT 0,     -- results lost because its outbox was full
  last_error TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  counters TEXT NOT NULL DEFAULT '{}',    -- JSON object of numbers
  state_at INTEGER NOT NULL DEFAULT 0,    -- by the terminal's clock
  last_seen INTEGER NOT NULL DEFAULT 0    -- by HQ's clock; a retained message is not a sign of life
) WITHOUT ROWID;
CREATE TABLE releases(                    -- every manifest that was seen on the broker and signed by HQ
  scope TEXT NOT NULL,
  release INTEGER NOT NULL,
  bundle TEXT NOT NULL,                   -- SHA-256
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,               -- seconds since 1970
  expires INTEGER NOT NULL,               -- seconds since 1970, 0 = never
  note TEXT NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY(scope, release)
) WITHOUT ROWID;
CREATE TABLE alarms(
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                     -- changed_content, unreadable_event, name_twice
  terminal TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,
  detail TEXT NOT NULL,
  body TEXT NOT NULL,                     -- the first content that was refused
  UNIQUE(kind, terminal, epoch, seq)
);
)sql";

// Reports look for the decision an answer belongs to.
constexpr std::string_view kStep2 = "CREATE INDEX decisions_offer ON decisions(stream, sale, offer);";

// Offers have types; what a terminal of before offered at tender was a coupon. The replay record stays in inbox.body.
// Sales that had no bundle to decide with are in no arm.
constexpr std::string_view kStep3 = R"sql(
ALTER TABLE decisions ADD COLUMN type TEXT NOT NULL DEFAULT 'suggestion';  -- of what was offered or withheld
ALTER TABLE decisions ADD COLUMN explored INTEGER NOT NULL DEFAULT 0;      -- 1: drawn by chance
UPDATE decisions SET type = 'coupon' WHERE stage = 'tender';
ALTER TABLE sales ADD COLUMN release INTEGER NOT NULL DEFAULT 0;           -- 0: a local bundle, or not told
ALTER TABLE sales ADD COLUMN decided INTEGER NOT NULL DEFAULT 1;           -- 0: there was no bundle
)sql";

// What head office says to terminals apart from bundles, and what they say they hold (WIRE.md).
constexpr std::string_view kStep4 = R"sql(
CREATE TABLE words(                       -- the last word of each kind and scope, as the broker keeps it
  kind TEXT NOT NULL,                     -- live, config, keys
  scope TEXT NOT NULL,                    -- all, group:NAME, store:NAME, terminal:NAME
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  created INTEGER NOT NULL,               -- seconds since 1970
  expires INTEGER NOT NULL,
  PRIMARY KEY(kind, scope)
) WITHOUT ROWID;
CREATE TABLE held(                        -- what a terminal said last of the words it holds
  terminal TEXT PRIMARY KEY,
  at INTEGER NOT NULL,                    -- by HQ's clock
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE stops(
  scope TEXT NOT NULL,
  campaign TEXT NOT NULL,                 -- empty: everything
  since INTEGER NOT NULL,
  PRIMARY KEY(scope, campaign)
) WITHOUT ROWID;
CREATE TABLE stock(                       -- out of it
  scope TEXT NOT NULL,
  sku TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY(scope, sku)
) WITHOUT ROWID;
CREATE TABLE budgets(
  name TEXT PRIMARY KEY,                  -- a campaign, or partner:NAME
  minor INTEGER NOT NULL,                 -- 2^63-1: unlimited
  issues INTEGER NOT NULL,
  free_minor INTEGER NOT NULL,            -- what each terminal may spend without a grant
  free_issues INTEGER NOT NULL,
  terminals INTEGER NOT NULL,             -- that the free allotment is counted for
  since INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE accounts(                    -- what a terminal has said of a budget
  name TEXT NOT NULL,
  terminal TEXT NOT NULL,
  confirmed INTEGER NOT NULL,
  minor INTEGER NOT NULL,                 -- spent
  issues INTEGER NOT NULL,
  PRIMARY KEY(name, terminal)
) WITHOUT ROWID;
CREATE TABLE grants(                      -- shares that a terminal may count on: the confirmed one and all later ones
  name TEXT NOT NULL,
  terminal TEXT NOT NULL,
  number INTEGER NOT NULL,
  minor INTEGER NOT NULL,
  issues INTEGER NOT NULL,
  PRIMARY KEY(name, terminal, number)
) WITHOUT ROWID;
)sql";

// Staged rollouts.
constexpr std::string_view kStep5 = R"sql(
CREATE TABLE manifests(                   -- the last one of each scope, as signed
  scope TEXT PRIMARY KEY,
  release INTEGER NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE rollouts(
  release INTEGER PRIMARY KEY,
  state TEXT NOT NULL,                    -- running, paused, stopped, done, back
  stage INTEGER NOT NULL,                 -- 0: the canaries
  revision INTEGER NOT NULL,              -- of the stage as it was said
  since INTEGER NOT NULL,                 -- the stage began
  body TEXT NOT NULL,                     -- manifest
  before TEXT NOT NULL,                   -- manifest of what everybody had; empty: nothing
  plan TEXT NOT NULL,                     -- JSON
  why TEXT NOT NULL
);
CREATE TABLE rollout_marks(               -- a terminal's counters when it first ran the release
  release INTEGER NOT NULL,
  terminal TEXT NOT NULL,
  sales INTEGER NOT NULL,
  decisions INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  started INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  PRIMARY KEY(release, terminal)
) WITHOUT ROWID;
)sql";

// What tills call items, as head office has said it, and the lines whose item no till could name.
constexpr std::string_view kStep6 = R"sql(
CREATE TABLE names(
  scope TEXT NOT NULL,
  text TEXT NOT NULL,
  price TEXT NOT NULL,                    -- minor units; empty: at any price
  sku TEXT NOT NULL,
  since INTEGER NOT NULL,                 -- seconds since 1970
  PRIMARY KEY(scope, text, price)
) WITHOUT ROWID;
CREATE INDEX sale_lines_open ON sale_lines(sku) WHERE sku >= 'name:' AND sku < 'name;';
)sql";

// Sums that came in the place of results.
constexpr std::string_view kStep7 = R"sql(
CREATE TABLE thinned(
  event INTEGER PRIMARY KEY REFERENCES inbox(id),
  stream INTEGER NOT NULL REFERENCES streams(id),
  first INTEGER NOT NULL,                 -- the numbers it stands for
  last INTEGER NOT NULL,
  since INTEGER NOT NULL,                 -- earliest and latest result
  until INTEGER NOT NULL,
  results INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  decisions INTEGER NOT NULL
);
CREATE INDEX thinned_stream ON thinned(stream, first);
CREATE TABLE thinned_offers(
  event INTEGER NOT NULL REFERENCES thinned(event),
  day INTEGER NOT NULL,                   -- since 1970, UTC
  campaign TEXT NOT NULL,
  item TEXT NOT NULL,
  type TEXT NOT NULL,
  reason TEXT NOT NULL,
  shown INTEGER NOT NULL,                 -- at the screen
  accepted INTEGER NOT NULL,
  declined INTEGER NOT NULL,
  ignored INTEGER NOT NULL,
  bought INTEGER NOT NULL,
  notices INTEGER NOT NULL,
  predicted INTEGER NOT NULL,             -- millionths, summed
  printed INTEGER NOT NULL,               -- coupons
  unconfirmed INTEGER NOT NULL,
  dropped INTEGER NOT NULL,
  PRIMARY KEY(event, day, campaign, item, type, reason)
) WITHOUT ROWID;
CREATE TABLE thinned_sales(
  event INTEGER NOT NULL REFERENCES thinned(event),
  day INTEGER NOT NULL,
  arm TEXT NOT NULL,
  decided INTEGER NOT NULL,
  currency TEXT NOT NULL,
  digits INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  voided INTEGER NOT NULL,
  abandoned INTEGER NOT NULL,
  hinted INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  lines INTEGER NOT NULL,                 -- of finished sales: sums, and sums of squares
  line_squares REAL NOT NULL,
  value INTEGER NOT NULL,
  value_squares REAL NOT NULL,
  PRIMARY KEY(event, day, arm, decided, currency, digits)
) WITHOUT ROWID;
ALTER TABLE terminals ADD COLUMN thinned INTEGER NOT NULL DEFAULT 0;  -- results it has summed up, by its last state
ALTER TABLE terminals ADD COLUMN shortage TEXT NOT NULL DEFAULT '';   -- why it had to make room; empty: it had not
)sql";

// Words that others than serve have signed.
constexpr std::string_view kStep8 = R"sql(
CREATE TABLE envelopes(
  kind TEXT NOT NULL,                     -- keys
  scope TEXT NOT NULL,
  envelope TEXT NOT NULL,                 -- as it goes to the broker
  PRIMARY KEY(kind, scope)
) WITHOUT ROWID;
ALTER TABLE terminals ADD COLUMN can TEXT NOT NULL DEFAULT '';      -- words with spaces around: ' parcels stages '
ALTER TABLE terminals ADD COLUMN left_at INTEGER NOT NULL DEFAULT 0;  -- said good-bye then, by HQ's clock; 0: it did not
CREATE TABLE rollout_seen(                -- who is in the stage and does not run the release yet
  release INTEGER NOT NULL,
  terminal TEXT NOT NULL,
  since INTEGER NOT NULL,                 -- it is there, seconds
  last INTEGER NOT NULL,                  -- it was heard
  PRIMARY KEY(release, terminal)
) WITHOUT ROWID;
)sql";

// Budgets of terminals that were set up anew.
constexpr std::string_view kStep9 = R"sql(
CREATE TABLE live_files(                  -- in which a terminal counted what it spent of budgets
  terminal TEXT NOT NULL,
  epoch INTEGER NOT NULL,                 -- 0: of a program or file older than epochs
  turn INTEGER NOT NULL,                  -- the last one told: how many changes of it
  since INTEGER NOT NULL,                 -- seconds since 1970
  gone INTEGER NOT NULL,                  -- 1: another has taken its place
  PRIMARY KEY(terminal, epoch)
) WITHOUT ROWID;
ALTER TABLE accounts ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN files INTEGER NOT NULL DEFAULT 1;         -- it has counted in
ALTER TABLE accounts ADD COLUMN before_minor INTEGER NOT NULL DEFAULT 0;  -- counted as spent for files that are gone
ALTER TABLE accounts ADD COLUMN before_issues INTEGER NOT NULL DEFAULT 0;
)sql";

// What can be stopped by its name.
constexpr std::string_view kStep10 = R"sql(
CREATE TABLE campaigns(
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL                   -- a bundle with it was published, seconds since 1970
) WITHOUT ROWID;
)sql";

// What can be said to be out of stock, or to be what a till names.
constexpr std::string_view kStep11 = R"sql(
CREATE TABLE items(
  sku TEXT PRIMARY KEY                    -- of a bundle that was published
) WITHOUT ROWID;
)sql";

// Whose database it is (hq_bond.hpp).
constexpr std::string_view kStep12 = R"sql(
CREATE TABLE bond_chain(chain TEXT PRIMARY KEY);  -- one row, after the first start of serve
CREATE TABLE bond_keys(
  key TEXT PRIMARY KEY                    -- id of a key that this fleet was told with
);
)sql";

// Shares of what a budget does not limit were parts of 2^50 and became money when their terminal was set up anew. The
// second of each pair is of budgets that were limited afterwards: no share is larger than the largest budget.
constexpr std::string_view kStep13 = R"sql(
UPDATE accounts SET before_minor = 0
  WHERE name IN (SELECT name FROM budgets WHERE minor = 9223372036854775807) OR before_minor > 1000000000000;
UPDATE accounts SET before_issues = 0
  WHERE name IN (SELECT name FROM budgets WHERE issues = 9223372036854775807) OR before_issues > 1000000000000;
UPDATE grants SET minor = 0
  WHERE name IN (SELECT name FROM budgets WHERE minor = 9223372036854775807) OR minor > 1000000000000;
UPDATE grants SET issues = 0
  WHERE name IN (SELECT name FROM budgets WHERE issues = 9223372036854775807) OR issues > 1000000000000;
)sql";

// Terminals that will not come again, and names that two of them have.
constexpr std::string_view kStep14 = R"sql(
CREATE TABLE forgotten(                   -- what the broker still keeps of them is no news; a live word is
  terminal TEXT PRIMARY KEY,
  at INTEGER NOT NULL                     -- seconds since 1970
) WITHOUT ROWID;
ALTER TABLE terminals ADD COLUMN twice_at INTEGER NOT NULL DEFAULT 0;  -- HQ's clock: two files of that name spoke by turns
)sql";

// Budgets that head office has said in its own word, and what the campaigns file says of them.
constexpr std::string_view kStep15 = R"sql(
ALTER TABLE budgets ADD COLUMN currency TEXT NOT NULL DEFAULT '';          -- of the bundle that brought it; empty: none did
ALTER TABLE budgets ADD COLUMN scope TEXT NOT NULL DEFAULT '';             -- of that bundle's release
ALTER TABLE budgets ADD COLUMN file_minor INTEGER NOT NULL DEFAULT -1;     -- in that bundle; -1: not known
ALTER TABLE budgets ADD COLUMN file_issues INTEGER NOT NULL DEFAULT -1;
CREATE TABLE currencies(                  -- of bundles that were published
  bundle TEXT PRIMARY KEY,                -- SHA-256
  currency TEXT NOT NULL
) WITHOUT ROWID;
)sql";

constexpr std::array kSteps{Migration{1, kStep1},   Migration{2, kStep2},   Migration{3, kStep3},
                            Migration{4, kStep4},   Migration{5, kStep5},   Migration{6, kStep6},
                            Migration{7, kStep7},   Migration{8, kStep8},   Migration{9, kStep9},
                            Migration{10, kStep10}, Migration{11, kStep11}, Migration{12, kStep12},
                            Migration{13, kStep13}, Migration{14, kStep14}, Migration{15, kStep15}};

Result<std::int64_t> schema_number(Database& db) {
  auto statement = db.prepare("PRAGMA user_version");
  if (!statement) return tl::unexpected{statement.error()};
  auto row = statement->step();
  if (!row) return tl::unexpected{row.error()};
  return *row ? statement->integer(0) : 0;
}

}  // namespace

std::span<Migration const> hq_migrations() noexcept { return kSteps; }

Result<Database> open_hq_writer(std::filesystem::path const& file, std::chrono::milliseconds patience) {
  auto db = Database::open(file, DatabaseOptions{.busy_timeout = patience});
  if (!db) return db;
  // The house defaults suit a till's flash; HQ has larger indexes, and a checkpoint costs it a wait for the disk.
  if (auto done = db->execute("PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000"); !done)
    return tl::unexpected{done.error()};
  if (auto done = migrate(*db, kSteps); !done) return tl::unexpected{done.error().within(file.string())};
  return db;
}

Result<Database> open_hq_reader(std::filesystem::path const& file) {
  auto db = Database::open(file, DatabaseOptions{.read_only = true});
  if (!db) return db;
  auto const number = schema_number(*db);
  if (!number) return tl::unexpected{number.error().within(file.string())};
  if (*number == static_cast<std::int64_t>(kSteps.size())) return db;
  std::string const mend = *number == 0
                               ? ": not a database of tillcue-hq; name the file given to `tillcue-hq serve --db`"
                           : *number < static_cast<std::int64_t>(kSteps.size())
                               ? ": older than this program; start `tillcue-hq serve` on it once to upgrade it"
                               : ": newer than this program; use the newer tillcue-hq";
  return fail(Code::unsupported, file.string() + ": schema " + std::to_string(*number) + mend);
}

}  // namespace tillcue::sync
