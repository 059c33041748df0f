#include "hq_words.hpp"

#include "hq_rows.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {
namespace {

constexpr WordKind kKinds[] = {WordKind::live, WordKind::config, WordKind::keys};

Result<Word> read(Statement const& row) {
  Word word;
  for (auto const kind : kKinds) {
    if (name_of(kind) == row.text(0)) word.kind = kind;
  }
  auto const scope = Scope::parse(row.text(1));
  if (!scope) return tl::unexpected{scope.error().within("table words")};
  word.scope = *scope;
  word.number = static_cast<std::uint64_t>(row.integer(2));
  word.content = row.text(3);
  word.created = row.integer(4);
  word.expires = row.integer(5);
  return word;
}

}  // namespace

Result<std::optional<Word>> HqWords::last(Database& db, WordKind kind, Scope const& scope) {
  auto row = db.prepare("SELECT kind, scope, number, content, created, expires FROM words WHERE kind=?1 AND scope=?2");
  if (!row) return tl::unexpected{row.error()};
  row->bind(1, name_of(kind)).bind(2, scope.text());
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  if (!*there) return std::nullopt;
  auto word = read(*row);
  if (!word) return tl::unexpected{word.error()};
  return std::optional{std::move(*word)};
}

Result<std::vector<Word>> HqWords::all(Database& db) {
  auto rows = db.prepare("SELECT kind, scope, number, content, created, expires FROM words");
  if (!rows) return tl::unexpected{rows.error()};
  std::vector<Word> words;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return words;
    auto word = read(*rows);
    if (!word) return tl::unexpected{word.error()};
    words.push_back(std::move(*word));
  }
}

Result<void> HqWords::queue(Database& db, Word const& word) {
  if (word.kind == WordKind::keys) {
    auto kept = texts(db, "SELECT envelope FROM envelopes WHERE kind = 'keys'");
    if (!kept) return tl::unexpected{kept.error()};
    for (auto& envelope : *kept) {
      outgoing_.push_back({Topics(chain_).word(TopicKind::keys, Scope{}), std::move(envelope), true});
    }
    return {};
  }
  auto signed_word = word;
  signed_word.chain = chain_;
  auto const body = encode_word(signed_word);
  if (!body) return tl::unexpected{body.error()};
  auto envelope = seal(*key_, *body, kMaxWord);
  if (!envelope) return tl::unexpected{envelope.error().within(held_name(word.kind, word.scope) + " word")};
  outgoing_.push_back({Topics(chain_).word(topic_of(word.kind), word.scope), std::move(*envelope), true});
  return {};
}

Result<void> HqWords::store(Database& db, Word const& word) {
  auto put = db.prepare("INSERT OR REPLACE INTO words VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, name_of(word.kind)).bind(2, word.scope.text()).bind(3, static_cast<std::int64_t>(word.number));
  put->bind(4, word.content).bind(5, word.created).bind(6, word.expires);
  if (auto done = put->run(); !done) return done;
  return queue(db, word);
}

Result<void> HqWords::take_keys(Database& db, Word const& word, std::string const& envelope) {
  auto const before = last(db, WordKind::keys, Scope{});
  if (!before) return tl::unexpected{before.error()};
  if (*before && word.number <= (*before)->number) {
    return fail(Code::rejected, "keys word " + std::to_string(word.number) + " is not above " +
                                    std::to_string((*before)->number) + ": somebody else changed the keys; try again");
  }
  auto put = db.prepare("INSERT OR REPLACE INTO envelopes VALUES('keys', 'all', ?1)");
  if (!put) return tl::unexpected{put.error()};
  if (auto done = put->bind(1, envelope).run(); !done) return done;
  return store(db, word);
}

Result<std::uint64_t> HqWords::say(Database& db, WordKind kind, Scope const& scope, std::string content,
                                   std::int64_t now) {
  auto const before = last(db, kind, scope);
  if (!before) return tl::unexpected{before.error()};
  if (*before && (*before)->content == content) return (*before)->number;
  // Nothing was ever said there, and there is nothing to say.
  if (!*before && content == "{}") return 0;
  Word const word{kind, chain_, scope, *before ? (*before)->number + 1 : 1, now, now + kLifetime, std::move(content)};
  if (auto done = store(db, word); !done) return tl::unexpected{done.error()};
  return word.number;
}

Result<void> HqWords::renew(Database& db, std::int64_t now) {
  auto const words = all(db);
  if (!words) return tl::unexpected{words.error()};
  for (auto word : *words) {
    if (word.kind == WordKind::keys || now < word.created + kLifetime / 2) continue;
    ++word.number;
    word.created = now;
    word.expires = now + kLifetime;
    if (auto done = store(db, word); !done) return done;
  }
  return {};
}

Result<void> HqWords::repeat(Database& db, std::int64_t now) {
  if (auto done = renew(db, now); !done) return done;
  outgoing_.clear();
  auto const words = all(db);
  if (!words) return tl::unexpected{words.error()};
  for (auto const& word : *words) {
    if (auto done = queue(db, word); !done) return done;
  }
  return {};
}

}  // namespace tillcue::sync
