#include "live_desk.hpp"

#include <utility>

#include "day_book.hpp"
#include "shelf_book.hpp"

namespace tillcue::terminal {

LiveDesk::LiveDesk(Config const& config, Log const& log, Checkout& checkout)
    : config_(config),
      log_(log),
      checkout_(checkout),
      file_(config.live.empty() ? config.data_dir / "live.json" : config.live) {}

void LiveDesk::start() {
  open_store();
  look();
}

void LiveDesk::open_store() {
  auto const file = config_.data_dir / "live.sqlite";
  auto store = sync::LiveStore::open(file);
  if (!store) {
    // Budgets stay closed: with nothing known of what was spent, they would be spent a second time.
    log_.error("live.closed", {{"error", store.error().what}, {"retry_s", std::to_string(kRetry.count())}});
    retry_ = Clock::now() + kRetry;
    return;
  }
  store_.emplace(std::move(*store));
  if (auto const known = store_->state(); !known.empty()) take(known, file.string());
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
  checkout_.hold_probably_out(config_.learned_stock);
  tell_shelf();
}

void LiveDesk::keep_day() {
  auto& book = checkout_.day_book();
  if (!store_ || !book.changed()) return;
  if (auto const kept = store_->keep_today(book.changes()); !kept) {
    return log_.error("day.unkept", {{"error", kept.error().what}});
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
  checkout_.apply(std::move(*state));
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
  if (!*text || !take(**text, file_.path().string()) || !store_) return;
  if (auto const kept = store_->keep_state(**text); !kept) log_.error("live.unkept", {{"error", kept.error().what}});
}

void LiveDesk::tick(Clock::time_point now) {
  if (look_ <= now) {
    look();
    keep_day();
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
  keep_day();
  keep_shelf();
}

bool LiveDesk::keep(std::map<std::string, Allotment> const& spent) {
  if (!store_) return false;
  auto const kept = store_->keep(spent);
  if (!kept) log_.error("budget.unkept", {{"error", kept.error().what}});
  return kept.has_value();
}

}  // namespace tillcue::terminal
