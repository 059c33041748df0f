#include "tillcue/sync/hq_key_words.hpp"

#include <algorithm>

#include "hq_words.hpp"
#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostKeys = 8;
/// It is not said anew: the keys that signed it need not be at hand for that.
constexpr std::int64_t kLifetime = 20LL * 365 * 86'400;

KeysContent::Entry entry_of(std::string_view chain, SigningKey const& key) {
  return {key.public_key(), key.sign(as_bytes(key_proof_text(chain, key.public_key())))};
}

/// Signed by whom terminals believe now, and by whom they believed before.
Result<std::string> sealed(KeysChange const& change, KeysContent const& content) {
  Word const word{WordKind::keys,         change.chain,        Scope{}, change.before.number + 1, change.now,
                  change.now + kLifetime, encode_keys(content)};
  auto const body = encode_word(word);
  if (!body) return tl::unexpected{body.error()};
  std::vector<SigningKey> signers;
  for (auto const& key : change.holders) {
    auto const id = key.id();
    bool const known = change.before.number == 0 || change.before.believes(id) || change.before.content.replaces(id);
    bool const named =
        std::any_of(content.keys.begin(), content.keys.end(), [&](auto const& entry) { return entry.key.id() == id; });
    if (known || named) signers.push_back(key);
  }
  // Programs that read one signature only take the first: of who is believed longest.
  std::stable_partition(signers.begin(), signers.end(), [&](SigningKey const& key) {
    return change.before.number == 0 ? key.id() == content.keys.front().key.id() : change.before.believes(key.id());
  });
  if (signers.empty()) return fail(Code::rejected, "keys: none of the keys that terminals believe is at hand");
  return seal(signers, *body, kMaxWord);
}

}  // namespace

Result<Word> read_keys_word(Database& db, SigningKey const& key, std::string_view chain, std::string_view envelope) {
  auto const before = believed_keys(db, chain);
  if (!before) return tl::unexpected{before.error()};
  KeyRing ring;
  ring.pin(key.public_key());
  for (auto const& entry : before->content.keys) ring.pin(entry.key);
  auto const body = unseal(ring, envelope, kMaxWord);
  if (!body) return tl::unexpected{body.error()};
  auto word = decode_word(*body);
  if (!word) return word;
  if (word->kind != WordKind::keys || word->chain != chain || !(word->scope == Scope{})) {
    return fail(Code::invalid, "keys: no keys word for all of chain \"" + std::string{chain} + "\"");
  }
  auto const content = decode_keys(word->content, chain);
  if (!content) return tl::unexpected{content.error()};
  bool const ours = BelievedKeys{word->number, *content}.believes(key.id());
  if (!ours) {
    return fail(Code::rejected, "keys: serve itself signs with " + key.id() +
                                    ", which nobody would believe then; start it with the new --key first");
  }
  return word;
}

bool BelievedKeys::believes(std::string_view id) const {
  return std::any_of(content.keys.begin(), content.keys.end(), [&](auto const& entry) { return entry.key.id() == id; });
}

Result<BelievedKeys> believed_keys(Database& db, std::string_view chain) {
  auto const word = HqWords::last(db, WordKind::keys, Scope{});
  if (!word) return tl::unexpected{word.error()};
  if (!*word) return BelievedKeys{};
  auto content = decode_keys((*word)->content, chain);
  if (!content) return tl::unexpected{content.error()};
  return BelievedKeys{(*word)->number, std::move(*content)};
}

Result<void> pin_believed(Database& db, std::string_view chain, KeyRing& ring) {
  auto const believed = believed_keys(db, chain);
  if (!believed) return tl::unexpected{believed.error()};
  for (auto const& entry : believed->content.keys) ring.pin(entry.key);
  return {};
}

Result<void> check_believed(BelievedKeys const& believed, std::string_view key_id) {
  if (believed.number == 0 || believed.believes(key_id)) return {};
  std::string ids;
  for (auto const& entry : believed.content.keys) ids += (ids.empty() ? "" : ", ") + entry.key.id();
  return fail(Code::rejected, "key " + std::string{key_id} +
                                  " is not believed by the terminals any more (`tillcue-hq keys`): sign with " + ids);
}

Result<std::string> add_key(KeysChange const& change, SigningKey const& current, SigningKey const& added) {
  auto content = change.before.content;
  content.replaced.erase(std::remove(content.replaced.begin(), content.replaced.end(), added.id()),
                         content.replaced.end());
  if (auto good = check_believed(change.before, current.id()); !good) return tl::unexpected{good.error()};
  if (change.before.number == 0) content.keys.push_back(entry_of(change.chain, current));
  if (change.before.believes(added.id()) || added.id() == current.id()) {
    return fail(Code::rejected, "key " + added.id() + " is believed already");
  }
  if (content.keys.size() >= kMostKeys) return fail(Code::rejected, "8 keys are believed: retire one of them first");
  content.keys.push_back(entry_of(change.chain, added));
  return sealed(change, content);
}

Result<std::string> retire_key(KeysChange const& change, std::string_view id) {
  auto content = change.before.content;
  auto const found =
      std::find_if(content.keys.begin(), content.keys.end(), [&](auto const& entry) { return entry.key.id() == id; });
  if (found == content.keys.end()) {
    return fail(Code::not_found,
                "key " + std::string{id} + " is not among those that HQ has told terminals to believe");
  }
  if (content.keys.size() == 1) {
    return fail(Code::rejected, "key " + std::string{id} + " is the only one believed: `keys rotate` first");
  }
  content.keys.erase(found);
  content.replaced.emplace_back(id);
  constexpr std::size_t kMostReplaced = 64;
  if (content.replaced.size() > kMostReplaced) content.replaced.erase(content.replaced.begin());
  return sealed(change, content);
}

}  // namespace tillcue::sync
