#include <doctest/doctest.h>

#include "scripted_link.hpp"
#include "tillcue/sync/word_listener.hpp"

namespace tillcue::sync::test {
namespace {

using std::chrono::seconds;

std::string sealed(SigningKey const& key, Word const& word) { return *seal(key, *encode_word(word), kMaxWord); }

/// A terminal of store s-1 in group north that takes words and keeps them in a map.
struct Listener : ScriptedTerminal {
  std::map<std::string, Word> kept;
  std::vector<std::string> taken;
  std::optional<Error> refuses;

  Listener() {
    store_id = "s-1";
    group_id = "north";
    words = this->callbacks();
    restart();
  }
  Words callbacks() {
    return {[this](WordKind kind, Scope const& scope) {
              auto const found = kept.find(held_name(kind, scope));
              return found == kept.end() ? 0 : found->second.number;
            },
            [this](Word const& word) -> Result<void> {
              if (refuses) return tl::unexpected(*refuses);
              kept[held_name(word.kind, word.scope)] = word;
              taken.push_back(held_name(word.kind, word.scope) + " " + std::to_string(word.number));
              return {};
            },
            [this] {
              Held held;
              for (auto const& [name, word] : kept) held.words[name] = word.number;
              return held;
            }};
  }
  Word word(std::uint64_t number, Scope scope = {}, WordKind kind = WordKind::live) const {
    return {kind, "demo", std::move(scope), number, 1'790'000'000, 1'790'001'000, R"({"stop_all":true})"};
  }
  void say(Word const& word, SigningKey const* by = nullptr) {
    link.retain(topics.word(topic_of(word.kind), word.scope), sealed(by == nullptr ? key : *by, word));
    settle();
  }
  Held held() const {
    for (auto one = link.published.rbegin(); one != link.published.rend(); ++one) {
      if (one->topic == topics.held(till)) return *decode_held(one->payload);
    }
    return {};
  }
};

TEST_CASE("words of all four scopes are taken at once and HQ hears which are held") {
  Listener t;
  t.link.connect();
  t.settle();
  CHECK(t.held().terminal == t.till);
  for (auto const* scope : {"all", "group:north", "store:s-1", "terminal:till-7"})
    t.say(t.word(1, *Scope::parse(scope)));
  CHECK(t.taken ==
        std::vector<std::string>{"live all 1", "live group:north 1", "live store:s-1 1", "live terminal:till-7 1"});
  t.pass(seconds{3});
  CHECK(t.held().words.size() == 4);
  CHECK(t.held().store == "s-1");
  CHECK(t.held().keys == std::vector<std::string>{t.key.id()});
  CHECK(t.agent->status().words == 4);
}

TEST_CASE("a word said while the terminal was away comes with the next connection, the same one again is quiet") {
  Listener t;
  t.say(t.word(5));
  t.link.connect();
  t.settle();
  CHECK(t.taken == std::vector<std::string>{"live all 5"});
  t.link.disconnect();
  t.settle();
  t.link.connect();
  t.settle();
  t.restart();
  t.link.connect();
  t.settle();
  CHECK(t.taken.size() == 1);
  CHECK(t.agent->status().words_refused == 0);
}

TEST_CASE("a word whose delivery was lost comes within sixty seconds") {
  Listener t;
  t.link.connect();
  t.settle();
  auto const word = t.word(1);
  t.link.retained[t.topics.word(TopicKind::live, {})] = sealed(t.key, word);  // and nobody is told
  t.pass(seconds{60});
  CHECK(t.taken == std::vector<std::string>{"live all 1"});
}

TEST_CASE("replayed, expired, misdirected, forged and malformed words change nothing, and HQ hears why") {
  Listener t;
  t.link.connect();
  t.settle();
  t.say(t.word(5));
  auto const refused = [&](std::string const& payload, std::string_view why) {
    auto const before = t.agent->status().words_refused;
    t.link.send(t.topics.word(TopicKind::live, {}), payload);
    t.settle();
    CHECK(t.agent->status().words_refused == before + 1);
    CHECK_MESSAGE(t.complained(why), why);
    t.pass(seconds{3});
    CHECK(t.held().refused["live all"].find(why) != std::string::npos);
    CHECK(t.taken.size() == 1);
  };
  refused(sealed(t.key, t.word(4)), "replayed");
  auto expired = t.word(6);
  expired.expires = 1'790'000'400;
  refused(sealed(t.key, expired), "has expired");
  refused(sealed(t.key, t.word(6, {Scope::Kind::terminal, "till-8"})), "not written for");
  refused(sealed(t.key, t.word(6, {Scope::Kind::terminal, "till-7"})), "not written for");
  refused(sealed(t.key, t.word(6, {}, WordKind::config)), "not written for");
  auto foreign = t.word(6);
  foreign.chain = "other";
  refused(sealed(t.key, foreign), "is for chain");
  refused(sealed(*SigningKey::generate(), t.word(6)), "not pinned");
  refused("{", "not JSON");
  t.refuses = Error{Code::invalid, "live all: stop: must be a list"};
  refused(sealed(t.key, t.word(6)), "must be a list");
  t.refuses.reset();
  t.say(t.word(7));
  CHECK(t.taken.size() == 2);
  t.pass(seconds{3});
  CHECK(t.held().refused.empty());
  CHECK(t.told().last_error.empty());
}

TEST_CASE("keys are believed by the old key's word and the new key's proof, and the old one no more") {
  Listener t;
  t.link.connect();
  t.settle();
  auto const next = *SigningKey::generate();
  auto const proof = next.sign(as_bytes(key_proof_text("demo", next.public_key())));
  auto rotation = t.word(1, {}, WordKind::keys);
  rotation.content = encode_keys({{{next.public_key(), Signature{}}}, {}});
  t.say(rotation);
  CHECK(t.complained("has not signed it"));
  rotation.content = encode_keys({{{next.public_key(), proof}}, {t.key.id()}});
  t.say(rotation, &next);
  CHECK(t.complained("not pinned"));
  t.say(rotation);
  t.pass(seconds{3});
  CHECK(t.held().keys == std::vector<std::string>{next.id()});
  t.say(t.word(1));
  CHECK(t.taken == std::vector<std::string>{"keys all 1"});
  t.say(t.word(2), &next);
  CHECK(t.taken == std::vector<std::string>{"keys all 1", "live all 2"});
}

TEST_CASE(
    "a terminal that was off during a rotation follows it by the old key's signature, and what was refused comes") {
  Listener t;
  auto const next = *SigningKey::generate();
  auto const entry = [&](SigningKey const& key) {
    return KeysContent::Entry{key.public_key(), key.sign(as_bytes(key_proof_text("demo", key.public_key())))};
  };
  auto retired = t.word(2, {}, WordKind::keys);
  retired.content = encode_keys({{entry(next)}, {t.key.id()}});
  auto const envelope = *seal(std::vector<SigningKey>{next, t.key}, *encode_word(retired), kMaxWord);
  t.link.retained[t.topics.word(TopicKind::live, {})] = sealed(next, t.word(7));
  t.link.connect();
  t.settle();
  CHECK(t.complained("not pinned"));
  CHECK(t.taken.empty());
  t.link.send(t.topics.word(TopicKind::keys, {}), envelope);
  t.settle();
  CHECK(t.taken == std::vector<std::string>{"keys all 2", "live all 7"});
  // The same again, now by the new key: known, no complaint.
  auto const before = t.agent->status().words_refused;
  t.link.send(t.topics.word(TopicKind::keys, {}), envelope);
  t.settle();
  CHECK(t.agent->status().words_refused == before);
  t.say(t.word(8));
  CHECK(t.agent->status().words_refused == before + 1);
}

TEST_CASE("a listener without outbox and bundles takes words, says which it holds, and comes back for what it missed") {
  Listener t;
  ScriptedLink line;
  KeyRing keys;
  keys.pin(t.key.public_key());
  auto const words = t.callbacks();
  AgentCallbacks callbacks;
  callbacks.post = [&](std::function<void()> task) { t.tasks.push_back(std::move(task)); };
  callbacks.clock = [&] { return t.now; };
  callbacks.on_error = [&](Error const& error) { t.errors.push_back(error.what); };
  callbacks.held_number = words.held_number;
  callbacks.on_word = words.on_word;
  callbacks.holding = words.holding;
  AgentOptions options;
  options.chain = "demo";
  options.terminal = t.till;
  WordListener listener(line, keys, options, std::move(callbacks));
  auto const settle = [&] {
    while (line.deliver() || !t.tasks.empty()) {
      auto tasks = std::exchange(t.tasks, {});
      for (auto& task : tasks) task();
    }
  };
  auto const say = [&](Word const& word) {
    line.retain(t.topics.word(topic_of(word.kind), word.scope), sealed(t.key, word));
  };
  listener.start();
  say(t.word(5));
  line.connect();
  settle();
  CHECK(listener.connected());
  CHECK(t.taken == std::vector<std::string>{"live all 5"});
  CHECK(line.filters.size() == 5);  // words for all and for this terminal, keys: neither manifests nor acknowledgements
  t.now.steady += options.held_pause;
  listener.tick();
  settle();
  REQUIRE_FALSE(line.published.empty());
  CHECK(decode_held(line.published.back().payload)->words.at("live all") == 5);
  line.disconnect();
  settle();
  CHECK_FALSE(listener.connected());
  CHECK(t.complained("mqtt: gone"));
  line.connect();
  settle();
  // One whose delivery is lost comes when it is asked for again, within a minute.
  line.retained[t.topics.word(TopicKind::live, Scope{})] = sealed(t.key, t.word(6));
  t.now.steady += seconds{60};
  CHECK(listener.next_due() <= t.now.steady);
  listener.tick();
  settle();
  CHECK(t.taken.back() == "live all 6");
  listener.stop(seconds{1});
  CHECK(line.stopped);
}

}  // namespace
}  // namespace tillcue::sync::test
