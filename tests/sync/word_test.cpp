#include "tillcue/sync/word.hpp"

#include <doctest/doctest.h>

#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/settings.hpp"

namespace tillcue::sync {
namespace {

Word word(WordKind kind = WordKind::live, Scope scope = {}) {
  return {kind, "demo", std::move(scope), 3, 1'790'000'000, 1'800'000'000, R"({"stop_all":true})"};
}

std::string refusal(std::string const& body) {
  auto const read = decode_word(body);
  return read ? "taken" : read.error().what;
}

/// The body of a good word with one text in it replaced.
std::string spoilt(std::string const& from, std::string const& to) {
  auto body = *encode_word(word(WordKind::live, {Scope::Kind::store, "s-1"}));
  auto const at = body.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return body.replace(at, from.size(), to);
}

TEST_CASE("a word comes back as it was, for each kind and scope") {
  for (auto const kind : {WordKind::live, WordKind::config, WordKind::keys}) {
    for (auto const* scope : {"all", "group:north", "store:s-1", "terminal:till-7"}) {
      auto const said = word(kind, *Scope::parse(scope));
      auto const read = decode_word(*encode_word(said));
      REQUIRE(read);
      CHECK(read->kind == kind);
      CHECK(read->scope.text() == scope);
      CHECK(read->number == 3);
      CHECK(read->expires == said.expires);
      CHECK(read->content == said.content);
      auto const topic = Topics("demo").word(topic_of(kind), read->scope);
      auto const parts = Topics("demo").parse(topic);
      REQUIRE_MESSAGE(parts, topic);
      CHECK(parts->scope == read->scope);
      CHECK(parts->kind == topic_of(kind));
    }
  }
  CHECK(Topics("demo").word(TopicKind::live, {Scope::Kind::group, "north"}) == "tillcue/1/demo/l/group/north");
}

TEST_CASE("what breaks a rule is refused with the field's name") {
  CHECK(refusal(spoilt(R"("format":1)", R"("format":2)")).find("newer") != std::string::npos);
  CHECK(refusal(spoilt(R"("kind":"live")", R"("kind":"rumour")")).find("\"kind\"") != std::string::npos);
  CHECK(refusal(spoilt("store:s-1", "shop:s-1")).find("\"scope\"") != std::string::npos);
  CHECK(refusal(spoilt("store:s-1", "store:")).find("\"scope\"") != std::string::npos);
  CHECK(refusal(spoilt("store:s-1", "store:a/b")).find("\"scope\"") != std::string::npos);
  CHECK(refusal(spoilt(R"("number":3)", R"("number":0)")).find("\"number\"") != std::string::npos);
  CHECK(refusal(spoilt(R"("number":3)", R"("number":-3)")).find("\"number\"") != std::string::npos);
  CHECK(refusal(spoilt("1800000000", "1790000000")).find("\"expires\"") != std::string::npos);
  CHECK(refusal(spoilt(R"({"stop_all":true})", "[]")).find("\"content\"") != std::string::npos);
  CHECK(refusal(spoilt("demo", "a b")).find("\"chain\"") != std::string::npos);
  for (auto const* topic : {"l/", "l/all/x", "l/group", "l/group/", "l/group/a/b", "l/shop/x", "h/", "h/a/b"}) {
    CHECK_MESSAGE(!Topics("demo").parse("tillcue/1/demo/" + std::string(topic)), topic);
  }
}

TEST_CASE("what a terminal holds comes back as it was, and wrong fields are named") {
  Held held;
  held.terminal = TerminalId{"till-7"};
  held.at = Timestamp{std::chrono::seconds{1'790'000'000}};
  held.store = "s-1";
  held.words = {{"live all", 3}, {"live terminal:till-7", 9}};
  held.refused = {{"config all", "no such field"}};
  held.config = {{"hint_ms", "5000"}};
  held.keys = {"0123456789abcdef"};
  held.budgets = {{"butter", {2, {500, 4}}}, {"partner:ACME", {}}};
  held.epoch = Epoch{0xABC};
  held.turn = 12;
  auto const read = decode_held(*encode_held(held));
  REQUIRE(read);
  CHECK(read->words == held.words);
  CHECK(read->refused == held.refused);
  CHECK(read->config == held.config);
  CHECK(read->keys == held.keys);
  CHECK(read->budgets == held.budgets);
  CHECK(read->epoch == held.epoch);
  CHECK(read->turn == 12);
  auto const bad = [](char const* rest) {
    auto const refused = decode_held(R"({"terminal":"t","at":1,)" + std::string(rest) + "}");
    return refused ? "taken" : refused.error().what;
  };
  CHECK(bad(R"("words":{"live all":0})").find("\"words\"") != std::string::npos);
  CHECK(bad(R"("words":[])").find("\"words\"") != std::string::npos);
  CHECK(bad(R"("budgets":{"a":{"issues":-1}})").find("\"budgets\"") != std::string::npos);
  CHECK(bad(R"("epoch":"0000000000000000")").find("\"epoch\"") != std::string::npos);
  CHECK(bad(R"("epoch":"ABCDEF0123456789")").find("\"epoch\"") != std::string::npos);
  CHECK(bad(R"("turn":-1)").find("\"turn\"") != std::string::npos);
  CHECK(bad(R"("keys":["short"])").find("\"keys\"") != std::string::npos);
  CHECK(bad(R"("config":{"a":1})").find("\"config\"") != std::string::npos);
}

TEST_CASE("a key can be named only by who holds it, for one chain, and never a weak one") {
  auto const next = *SigningKey::generate();
  KeysContent::Entry const entry{next.public_key(), next.sign(as_bytes(key_proof_text("demo", next.public_key())))};
  auto const content = encode_keys({{entry}, {"0123456789abcdef"}});
  auto const read = decode_keys(content, "demo");
  REQUIRE(read);
  CHECK(read->keys[0].key.id() == next.id());
  CHECK(read->replaces("0123456789abcdef"));
  CHECK(decode_keys(content, "other").error().what.find("has not signed") != std::string::npos);
  CHECK(decode_keys(encode_keys({{{next.public_key(), {}}}, {}}), "demo").error().what.find("has not signed") !=
        std::string::npos);
  std::array<std::byte, 32> weak{};
  weak[0] = std::byte{1};
  auto const small = R"({"keys":[{"key":")" + to_base64(weak) + R"(","proof":")" + to_base64(Signature{}) + R"("}]})";
  CHECK(decode_keys(small, "demo").error().what.find("small order") != std::string::npos);
  CHECK_FALSE(decode_keys(R"({"keys":[]})", "demo"));
}

TEST_CASE("a live word carries its grants with numbers, and leaves out what is unlimited") {
  LiveContent live;
  live.grants["butter"] = {4, {5'000, Allotment::kUnlimited}};
  live.stop = {"jam"};
  auto const text = encode_live(live);
  CHECK(text == R"({"epoch":"0000000000000000","grants":{"butter":{"amount":5000,"number":4}},"stop":["jam"]})");
  CHECK(grant_numbers(text) == std::map<std::string, std::uint32_t>{{"butter", 4}});
  CHECK(grant_numbers("no json").empty());
  CHECK(encode_live({}) == "{}");
}

TEST_CASE("a fault of a setting is told at its own line, also when its name stands elsewhere before") {
  auto const faults = read_settings(
      "{\n  \"learned_stock\": true,\n  \"log_level\": \"printer\",\n  \"customer_display\": {\"qr\": 1},\n"
      "  \"printer\": {\n    \"paper_mm\": 1,\n    \"qr\": 7\n  },\n  \"screen.hint_ms\": 1\n}",
      "f.json");
  REQUIRE_FALSE(faults);
  auto const& what = faults.error().what;
  CHECK(what.find("f.json:3: log_level: must be one of") != std::string::npos);
  CHECK(what.find("f.json:4: customer_display.qr: is nothing") != std::string::npos);
  CHECK(what.find("f.json:6: printer.paper_mm: must be") != std::string::npos);
  CHECK(what.find("f.json:7: printer.qr: must be") != std::string::npos);
  CHECK(what.find("f.json:9: screen.hint_ms: must be") != std::string::npos);
}

}  // namespace
}  // namespace tillcue::sync
