#pragma once

#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"
#include "tillcue/sync/hq_office.hpp"

namespace tillcue::sync::hq_test {

using Json = nlohmann::json;

/// Release 3, of a bundle of one byte.
inline Manifest small_manifest() {
  Manifest manifest;
  manifest.chain = "demo";
  manifest.release = 3;
  manifest.bundle = sha256(as_bytes("x"));
  manifest.size = 1;
  manifest.chunks = {manifest.bundle};
  manifest.created = 1'790'000'000;
  manifest.expires = 1'800'000'000;
  return manifest;
}

/// An office of chain "demo" with its database, behind a link that records.
struct Office {
  test::TempDir folder;
  std::filesystem::path db = folder / "hq.sqlite";
  SigningKey key = *SigningKey::generate();
  KeyRing ring;
  RecordingLink link;
  Inbox inbox;
  Timestamp now = at(0);
  std::unique_ptr<HqOffice> office;

  Office() : inbox(*Inbox::open(db)) {
    ring.pin(key.public_key());
    restart();
  }
  void restart() {
    office =
        std::make_unique<HqOffice>("demo", OfficeParts{inbox, link, key, [](auto, auto) {}, [this] { return now; }});
    REQUIRE(office->open());
  }
  /// Terminal `terminal` says it is there, in that store.
  void in_store(std::string const& terminal, std::string const& store) {
    online(terminal);
    Held held;
    held.terminal = TerminalId{terminal};
    held.store = store;
    REQUIRE(office->heard(held));
  }
  Json ask(Json const& request) { return Json::parse(office->request(request.dump())); }
  void online(std::string const& terminal) {
    TerminalState state;
    state.terminal = TerminalId{terminal};
    REQUIRE(inbox.note_state(state, false, now));
  }
  /// The last word on that topic.
  std::optional<Word> said(std::string const& scope) const {
    auto const topic = Topics("demo").word(TopicKind::live, *Scope::parse(scope));
    for (auto one = link.published.rbegin(); one != link.published.rend(); ++one) {
      if (one->topic == topic) return *decode_word(*unseal(ring, one->payload, kMaxWord));
    }
    return std::nullopt;
  }
};

}  // namespace tillcue::sync::hq_test
