#include "live_desk.hpp"

#include <algorithm>
#include <utility>

#include "day_book.hpp"
#include "remote_settings.hpp"
#include "shelf_book.hpp"

namespace tillcue::terminal {
namespace {

bool says_something(LiveState const& state) {
  return state.stop_all || !state.stop.empty() || !state.grants.empty() || !state.out_of_stock.empty() ||
         !state.names.empty();
}

std::string some_of(std::vector<std::string> const& names) {
  constexpr std::size_t kTold = 10;
  std::string text;
  for (std::size_t n = 0; n < std::min(names.size(), kTold); ++n) text += (n > 0 ? ", " : "") + names[n];
  return names.size() > kTold ? text + ", ..." : text;
}

}  // namespace

LiveDesk::LiveDesk(Config const& config, Log const& log, Checkout& checkout)
    : config_(config),
      log_(log),
      checkout_(checkout),
      file_(config.live.empty() ? config.data_dir / "live.json" : config.live) {}

void LiveDesk::start() {
  open_store();
  if (!store_) heed_settings();  // of the file
  look();
}

void LiveDesk::open_store() {
  auto const file = config_.data_dir / "live.sqlite";
  auto store = sync::LiveStore::open(file);
  trouble_ = store ? std::string() : store.error().what;
  if (!store) {
    // Budgets stay closed: with nothing known of what was spent, they would be spent a second time.
    log_.error("live.closed", {{"error", store.error().what}, {"retry_s", std::to_string(kRetry.count())}});
    retry_ = Clock::now() + kRetry;
    return;
  }
  store_.emplace(std::move(*store));
  recall();
  if (auto const known = store_->state(); known.empty() || !take(known, file.string())) apply();
  checkout_.restore_spent(store_->spent());
  restore_books();
}

/// What cannot be read is only a cap or a guess: it begins anew.
void LiveDesk::restore_books() {
  auto const today = store_->today();
  if (today) checkout_.day_book().restore(*today);
  if (!today) log_.warning("day.unread", {{"error", today.error().what}});
  auto shelf = store_->shelf();
  if (shelf) checkout_.shelf_book().restore(std::move(*shelf));
  if (!shelf) log_.warning("shelf.unread", {{"error", shelf.error().what}});
  heed_settings();
}

/// Tried again when the disk may have room, not at each look.
void LiveDesk::keep_day(Clock::time_point now) {
  auto& book = checkout_.day_book();
  if (!store_ || !book.changed()) return;
  if (auto const kept = store_->keep_today(book.changes()); !kept) {
    day_ = now + kRetry;
    return log_.error("day.unkept", {{"error", kept.error().what}, {"retry_s", std::to_string(kRetry.count())}});
  }
  book.kept();
}

void LiveDesk::keep_shelf() {
  auto& book = checkout_.shelf_book();
  auto const changed = book.changes();
  if (!store_ || changed.empty()) return;
  if (auto const kept = store_->keep_shelf(book.sales(), changed); !kept) {
    return log_.error("shelf.unkept", {{"error", kept.error().what}});
  }
  book.kept();
}

void LiveDesk::tell_shelf() {
  auto const& held = checkout_.probably_out();
  if (held == probably_out_) return;
  for (auto const& sku : held) {
    if (!probably_out_.contains(sku)) log_.info("stock.probably_out", {{"sku", sku}});
  }
  for (auto const& sku : probably_out_) {
    if (!held.contains(sku)) log_.info("stock.there_again", {{"sku", sku}});
  }
  probably_out_ = held;
}

/// What is on the disk and not held yet. Words that came while the store was closed are newer, and are kept now.
void LiveDesk::recall() {
  for (auto const& [name, word] : words_) {
    auto const kept = store_->keep_word(name, word);
    if (!kept) log_.error("live.unkept", {{"error", kept.error().what}});
  }
  auto mine = my_scopes(sync::WordKind::live);
  for (auto& name : my_scopes(sync::WordKind::config)) mine.push_back(std::move(name));
  mine.push_back(sync::held_name(sync::WordKind::keys, sync::Scope{}));
  for (auto const& [name, word] : store_->words()) {
    // Of a group or store this terminal has left: kept, in case it comes back, and not held.
    if (std::find(mine.begin(), mine.end(), name) == mine.end()) continue;
    words_[name] = word;
    if (!name.starts_with("live ")) continue;
    auto state = parse_live_state(word.content, name);
    if (!state) continue;
    by_word_[name] = std::move(*state);
    numbers_.erase(name);
    if (for_this_store(by_word_[name])) numbers_[name] = sync::grant_numbers(word.content);
  }
  merge_settings();
}

/// Everything that is said to this terminal, as one state: the widest scope first.
void LiveDesk::apply() {
  auto all = by_file_;
  for (auto const& name : my_scopes(sync::WordKind::live)) {
    auto const found = by_word_.find(name);
    if (found == by_word_.end()) continue;
    auto const& state = found->second;
    all.stop_all = all.stop_all || state.stop_all;
    all.stop.insert(all.stop.end(), state.stop.begin(), state.stop.end());
    all.out_of_stock.insert(all.out_of_stock.end(), state.out_of_stock.begin(), state.out_of_stock.end());
    // Shares that another store's spending counts against are none of this one.
    bool const ours = for_this_store(state);
    for (auto const& [campaign, share] : state.grants) all.grants[campaign] = ours ? share : Allotment{};
    all.names.insert(all.names.end(), state.names.begin(), state.names.end());  // the narrower scope has the last word
  }
  if (on_names) on_names(all.names);
  checkout_.apply(std::move(all));
}

/// Whether the shares of a word are for what this store has counted, and not for one whose place it has taken.
bool LiveDesk::for_this_store(LiveState const& state) const {
  return state.epoch.empty() || (store_ && state.epoch == sync::to_text(store_->epoch()));
}

/// Words of this terminal's scopes, the widest first.
std::vector<std::string> LiveDesk::my_scopes(sync::WordKind kind) const {
  using Kind = sync::Scope::Kind;
  std::vector<std::string> out;
  for (auto const& scope :
       {sync::Scope{}, sync::Scope{Kind::group, config_.store.group}, sync::Scope{Kind::store, config_.store.id},
        sync::Scope{Kind::terminal, config_.terminal.value}}) {
    out.push_back(sync::held_name(kind, scope));
  }
  return out;
}

std::uint64_t LiveDesk::held(std::string const& name) const {
  auto const found = words_.find(name);
  return found == words_.end() ? 0 : found->second.number;
}

std::string LiveDesk::content(std::string const& name) const {
  auto const found = words_.find(name);
  return found == words_.end() ? std::string{} : found->second.content;
}

/// The narrower scope has the last word. Those of a group or store this terminal was in before say nothing here.
void LiveDesk::merge_settings() {
  std::vector<sync::Settings> documents;
  for (auto const& name : my_scopes(sync::WordKind::config)) {
    auto const found = words_.find(name);
    if (found == words_.end()) continue;
    auto read = sync::read_settings(found->second.content, name);
    if (!read) log_.error("settings.refused", {{"error", read.error().what}});
    if (read) documents.push_back(std::move(*read));
  }
  settings_ = sync::merged(documents);
}

void LiveDesk::heed_settings() {
  checkout_.hold_probably_out(with_settings(config_, settings_).learned_stock);
  tell_shelf();
  if (on_settings) on_settings();
}

Result<void> LiveDesk::hold(sync::Word const& word) {
  auto const name = sync::held_name(word.kind, word.scope);
  bool const live = word.kind == sync::WordKind::live;
  if (live) {
    auto state = parse_live_state(word.content, name);
    if (!state) {
      ++refused_;
      return tl::unexpected(state.error());
    }
    for (auto const& field : state->unread) log_.warning("live.unread", {{"word", name}, {"field", field}});
    by_word_[name] = std::move(*state);
  }
  if (word.kind == sync::WordKind::config) {
    if (auto const read = sync::read_settings(word.content, name); !read) {
      ++refused_;
      return tl::unexpected(read.error());
    }
  }
  words_[name] = {word.number, word.content};
  if (live) apply();
  if (word.kind == sync::WordKind::config) {
    merge_settings();
    heed_settings();
  }
  log_.info("word.taken", {{"word", name}, {"number", std::to_string(word.number)}});
  if (!store_) return {};
  auto const kept = store_->keep_word(name, words_[name]);
  if (!kept) log_.error("live.unkept", {{"error", kept.error().what}});
  // A share that would be the larger one of before again after a restart is not told as taken.
  if (live && kept) {
    numbers_[name] =
        for_this_store(by_word_[name]) ? sync::grant_numbers(word.content) : decltype(numbers_)::mapped_type{};
  }
  return {};
}

sync::Held LiveDesk::holding() const {
  sync::Held held;
  for (auto const& [name, word] : words_) held.words[name] = word.number;
  held.config = settings_;
  if (!store_) return held;  // nothing is spent then, and nothing is known of it
  held.epoch = store_->epoch();
  held.turn = store_->turn();
  for (auto const& [word, numbers] : numbers_) {
    for (auto const& [name, number] : numbers) held.budgets[name].grant = number;
  }
  for (auto const& [name, amount] : store_->spent()) held.budgets[name].amount = amount;
  return held;
}

bool LiveDesk::take(std::string const& text, std::string const& name) {
  auto state = parse_live_state(text, name);
  if (!state) {
    ++refused_;
    log_.error("live.refused", {{"error", state.error().what}});
    return false;
  }
  for (auto const& field : state->unread) log_.warning("live.unread", {{"file", name}, {"field", field}});
  log_.info("live.applied", {{"from", name},
                             {"stop_all", state->stop_all ? "yes" : "no"},
                             {"stopped", std::to_string(state->stop.size())},
                             {"grants", std::to_string(state->grants.size())},
                             {"out_of_stock", std::to_string(state->out_of_stock.size())}});
  by_file_ = std::move(*state);
  apply();
  return true;
}

void LiveDesk::look() {
  look_ = Clock::now() + kLook;
  auto const text = file_.changed();
  if (!text) {
    ++refused_;
    log_.error("live.refused", {{"error", text.error().what}});
    return;
  }
  tell_orphaned();
  if (!*text || !take(**text, file_.path().string()) || !store_) return;
  if (auto const kept = store_->keep_state(**text); !kept) log_.error("live.unkept", {{"error", kept.error().what}});
}

/// A file that vanishes must not start offers; whoever took it away to do so is told what does.
void LiveDesk::tell_orphaned() {
  bool const orphaned = !file_.is_there() && says_something(by_file_);
  if (orphaned && !orphaned_) {
    log_.warning("live.gone", {{"file", file_.path().string()},
                               {"stop_all", by_file_.stop_all ? "yes" : "no"},
                               {"stopped", some_of(by_file_.stop)},
                               {"grants", std::to_string(by_file_.grants.size())},
                               {"out_of_stock", std::to_string(by_file_.out_of_stock.size())},
                               {"names", std::to_string(by_file_.names.size())},
                               {"mend", "what it said last holds on; to lift it write {} into the file"}});
  }
  orphaned_ = orphaned;
}

LiveDesk::Stops LiveDesk::stopped_by_file() const { return {by_file_.stop_all, by_file_.stop.size()}; }

LiveDesk::Stops LiveDesk::stopped_by_words() const {
  Stops stops;
  std::set<std::string> campaigns;
  for (auto const& name : my_scopes(sync::WordKind::live)) {
    auto const found = by_word_.find(name);
    if (found == by_word_.end()) continue;
    stops.all = stops.all || found->second.stop_all;
    campaigns.insert(found->second.stop.begin(), found->second.stop.end());
  }
  stops.campaigns = campaigns.size();
  return stops;
}

void LiveDesk::tick(Clock::time_point now) {
  if (look_ <= now) {
    look();
    if (day_ <= now) keep_day(now);
    tell_shelf();
  }
  if (habits_ <= now) {
    habits_ = now + kHabits;
    keep_shelf();
  }
  if (store_ || now < retry_) return;
  open_store();
}

void LiveDesk::stop() {
  keep_day(Clock::now());
  keep_shelf();
}

bool LiveDesk::keep(std::map<std::string, Allotment> const& spent) {
  if (!store_) return false;
  auto const kept = store_->keep(spent);
  if (!kept) log_.error("budget.unkept", {{"error", kept.error().what}});
  if (kept && on_spent) on_spent();
  return kept.has_value();
}

}  // namespace tillcue::terminal
