#include "name_desk.hpp"

#include <utility>

#include "kept_file.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

/// Of what it writes itself: far more than AliasBook::kMost names take.
constexpr std::size_t kMostLearnedBytes = 64U << 20U;

pos::NameMatcher matcher_of(Bundle const* bundle) {
  std::vector<pos::NamedItem> items;
  for (std::uint32_t n = 0; bundle != nullptr && n < bundle->item_count(); ++n) {
    auto const item = bundle->item(ItemIx{n});
    items.push_back({item.sku, item.name, item.price ? std::optional(item.price->minor) : std::nullopt});
  }
  return pos::NameMatcher(items);
}

}  // namespace

NameDesk::NameDesk(Config const& config, Log const& log)
    : currency_(config.store.currency),
      learned_file_(config.data_dir / "aliases.csv"),
      log_(log),
      learned_(currency_),
      said_(currency_),
      told_(currency_) {
  if (config.aliases) aliases_file_.emplace(*config.aliases);
}

void NameDesk::start() {
  if (auto const text = read_regular_file(learned_file_, kMostLearnedBytes); !text) {
    if (text.error().code != Code::not_found) log_.error("aliases.unread", {{"error", text.error().what}});
  } else if (!text->empty()) {
    auto const read = learned_.read(*text, learned_file_.string(), pos::AliasOrigin::learned);
    if (!read) log_.error("aliases.unread", {{"error", read.error().what}});
  }
  saved_ = learned_.revision();
  read_aliases();
}

void NameDesk::read_aliases() {
  if (!aliases_file_) return;
  auto const text = aliases_file_->changed();
  if (!text) return log_.error("aliases.refused", {{"error", text.error().what}});
  bool const there = aliases_file_->is_there();
  if (!there && std::exchange(aliases_there_, false)) {
    log_.warning("aliases.missing",
                 {{"file", aliases_file_->path().string()}, {"retry_s", std::to_string(kLook.count())}});
  }
  aliases_there_ = there;
  if (!*text) return;
  pos::AliasBook fresh(currency_);
  auto const read = fresh.read(**text, aliases_file_->path().string(), pos::AliasOrigin::head_office);
  if (!read) return log_.error("aliases.refused", {{"error", read.error().what}});
  told_ = std::move(fresh);
  log_.info("aliases.read", {{"names", std::to_string(*read)}});
}

void NameDesk::tell(std::vector<LiveState::Name> const& names) {
  said_ = pos::AliasBook(currency_);
  for (auto const& name : names) said_.tell({name.text, name.price_minor, 0}, Sku(name.sku));
}

void NameDesk::use(std::shared_ptr<Bundle const> bundle, bool soon) {
  bundle_ = std::move(bundle);
  stale_ = true;
  if (soon) index();
}

/// One at a time: a bundle that comes while another one is indexed waits for it.
void NameDesk::index() {
  if (next_.is_started() || !std::exchange(stale_, false)) return;
  auto const build = [bundle = bundle_] { return matcher_of(bundle.get()); };
  if (!next_.start(build)) matcher_ = build();  // no thread to be had
}

void NameDesk::take_index() {
  matcher_ = next_.take();
  log_.info("names.indexed", {{"items", std::to_string(matcher_->size())}});
}

bool NameDesk::ready() {
  if (next_.is_there()) {
    take_index();
    index();
  }
  return !stale_ && !next_.is_started();
}

pos::NameMatcher const& NameDesk::matcher() {
  (void)ready();
  index();
  if (!matcher_) take_index();  // the first names of this start: nothing to answer with before they are there
  return *matcher_;
}

std::optional<Sku> NameDesk::alias_of(pos::HeardName const& heard) const {
  // What head office was told of a long name is its beginning.
  auto const told = pos::open_sku(heard.text).value.substr(kOpenName.size());
  for (auto const* book : {&said_, &told_, &learned_}) {
    if (auto sku = book->find(heard)) return sku;
    if (told.size() == heard.text.size() || book == &learned_) continue;
    if (auto sku = book->find({told, heard.price_minor, 0})) return sku;
  }
  return {};
}

Sku NameDesk::resolve(pos::HeardLine const& heard, std::size_t cut_at) {
  pos::HeardName const asked{heard.name, heard.price_minor, cut_at};
  if (auto const item = bundle_ && !heard.code.empty() ? bundle_->find(heard.code) : kNoItem; item != kNoItem) {
    ++counters_.by_code;
    learn(asked, item);
    return Sku(heard.code);
  }
  auto match = find(asked);
  return match ? std::move(match.sku) : open(heard, match.how);
}

pos::NameMatch NameDesk::find(pos::HeardName const& heard) {
  if (auto sku = alias_of(heard)) {
    ++counters_.by_alias;
    return {pos::MatchHow::alias, std::move(*sku)};
  }
  auto match = matcher().find(heard);
  ++(match ? counters_.by_name : match.how == pos::MatchHow::ambiguous ? counters_.ambiguous : counters_.unknown);
  return match;
}

Sku NameDesk::open(pos::HeardLine const& heard, pos::MatchHow how) {
  // A code that is not in the bundle still tells items apart.
  auto const& name = heard.name.empty() ? heard.code : heard.name;
  if (logged_.size() < kMostLogged && logged_.insert(name).second) {
    log_.info("name.open", {{"name", heard.name}, {"code", heard.code}, {"how", std::string(pos::name(how))}});
  }
  return pos::open_sku(name);
}

void NameDesk::learn(pos::HeardName const& heard, ItemIx item) {
  if (heard.text.empty() || !bundle_) return;
  auto const known = bundle_->item(item);
  // What head office says must be gone when it takes it back; what the catalogue says itself need not be learned.
  if (said_.find(heard) || told_.find(heard)) return;
  if (known.name == heard.text || matcher().find(heard).sku.value == known.sku) return;
  learned_.learn(heard, Sku(std::string(known.sku)));
}

void NameDesk::hear(pos::PutLine const& put) {
  if (put.name.empty() || !bundle_) return;
  auto const item = bundle_->find(put.sku.value);
  if (item != kNoItem) learn({put.name, put.price_minor, 0}, item);
}

void NameDesk::tick(std::chrono::steady_clock::time_point now) {
  if (next_look_ <= now) {
    next_look_ = now + kLook;
    read_aliases();
  }
  (void)ready();
  if (next_save_ > now) return;
  next_save_ = now + kSave;
  save();
}

void NameDesk::save() {
  if (learned_.revision() == saved_) return;
  auto const csv = learned_.learned_csv();
  if (auto const kept = keep_file(learned_file_, sync::as_bytes(csv)); !kept) {
    return log_.error("aliases.unkept", {{"error", kept.error().what}});
  }
  saved_ = learned_.revision();
}

}  // namespace tillcue::terminal
