#include "hq_names.hpp"

#include <algorithm>
#include <utility>

#include "tillcue/sync/hq_open_names.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxChanged = 5'000;
constexpr std::size_t kMaxText = 200;  // as tills look at

bool is_text(Json const& value, std::size_t most) {
  if (!value.is_string()) return false;
  auto const& text = value.get_ref<std::string const&>();
  auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= most && is_utf8(text) && std::none_of(text.begin(), text.end(), control);
}

bool is_name(Json const& entry) {
  if (!entry.is_array() || entry.size() < 2 || entry.size() > 3) return false;
  bool const priced = entry.size() == 3;
  return is_text(entry[0], kMaxText) && is_text(entry[1], kMaxIdentifier) && (!priced || entry[2].is_number_integer());
}

std::string price_key(LiveContent::Name const& name) {
  return name.price ? std::to_string(*name.price) : std::string{};
}

}  // namespace

Result<NamesChange> read_names_change(Fields& fields) {
  NamesChange change;
  auto const* set = fields.array("set", kMaxChanged);
  auto const* unset = fields.array("unset", kMaxChanged);
  if (!fields.ok()) return fields.error();
  for (auto const& entry : *set) {
    if (!is_name(entry)) {
      fields.reject("set", "must hold [text of 1 to 200 bytes, SKU of 1 to 64 bytes] and maybe a price in minor units");
      return fields.error();
    }
    change.set.push_back({entry[0].get<std::string>(), entry[1].get<std::string>(), {}});
    if (entry.size() == 3) change.set.back().price = entry[2].get<std::int64_t>();
  }
  for (auto const& entry : *unset) {
    if (!is_text(entry, kMaxText)) fields.reject("unset", "must hold texts of 1 to 200 bytes");
    if (!fields.ok()) return fields.error();
    change.unset.push_back(entry.get<std::string>());
  }
  return change;
}

Result<void> change_names(Database& db, Scope const& scope, NamesChange const& change, std::int64_t now) {
  auto put = db.prepare("INSERT OR REPLACE INTO names VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!put) return tl::unexpected{put.error()};
  for (auto const& name : change.set) {
    put->bind(1, scope.text()).bind(2, name.text).bind(3, price_key(name)).bind(4, name.sku).bind(5, now);
    if (auto done = put->run(); !done) return done;
  }
  auto take = db.prepare("DELETE FROM names WHERE scope = ?1 AND text = ?2");
  if (!take) return tl::unexpected{take.error()};
  for (auto const& text : change.unset) {
    take->bind(1, scope.text()).bind(2, text);
    if (auto done = take->run(); !done) return done;
    if (db.changes() == 0) {
      return fail(Code::not_found,
                  "\"" + text + "\" is not assigned for " + scope.text() + "; see `tillcue-hq names list --assigned`");
    }
  }
  auto const names = names_said(db, scope);
  if (!names) return tl::unexpected{names.error()};
  if (encoded_size(*names) > LiveContent::kMaxNames) {
    return fail(Code::invalid, "the names of " + scope.text() + " are more than " +
                                   std::to_string(LiveContent::kMaxNames) +
                                   " bytes together: put the older ones into a file of the tills (`tillcue-hq names "
                                   "export`, names.aliases) or into the catalogue, and forget them here");
  }
  return {};
}

Result<std::vector<LiveContent::Name>> names_said(Database& db, Scope const& scope) {
  auto assigned = assigned_names(db, scope.text());
  if (!assigned) return tl::unexpected{assigned.error()};
  std::vector<LiveContent::Name> names;
  for (auto& name : *assigned) names.push_back({std::move(name.text), std::move(name.sku), name.price});
  return names;
}

}  // namespace tillcue::sync
