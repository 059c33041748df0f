#include <algorithm>

#include "tillcue/models/diff.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// The first `shown` of a list, and how many more there are.
template <class List, class Line>
void list(List const& all, std::size_t shown, std::string& out, Line const& line) {
  for (std::size_t n = 0; n < std::min(shown, all.size()); ++n) out += "  " + line(all[n]) + '\n';
  if (all.size() > shown) out += "  ... and " + grouped(all.size() - shown) + " more (--top, --json)\n";
}

void size_row(std::string name, std::uint64_t before, std::uint64_t after, std::string& out) {
  name.resize(18, ' ');
  out += name + grouped(before) + " -> " + grouped(after);
  if (before > 0 && before != after) {
    out += " (" + signed_decimals(100.0 * (static_cast<double>(after) / static_cast<double>(before) - 1), 1) + " %)";
  }
  out += '\n';
}

/// What the numbers of baskets are, where they are no whole ones.
void weighing_rows(Weighing const& before, Weighing const& after, std::string& out) {
  if (!before.on && !after.on) return;
  auto const how = [](Weighing const& weighing) { return weighing.on ? weighing_text(weighing) : "each counts whole"; };
  out += "  these are       " + how(before) +
         (before.on == after.on && how(before) == how(after) ? "" : " -> " + how(after));
  out += '\n';
  auto const read = [](Weighing const& weighing) {
    return weighing.baskets > 0 ? grouped(weighing.baskets) : "unknown";
  };
  if (before.baskets > 0 || after.baskets > 0) out += "baskets read      " + read(before) + " -> " + read(after) + '\n';
}

void sizes(BundleDiff const& diff, std::string& out) {
  auto const dates = [](BundleSize const& size) {
    return date_text(size.data_from) + " to " + date_text(size.data_to);
  };
  out += "data              " + dates(diff.before) + " -> " + dates(diff.after) + '\n';
  size_row("baskets", diff.before.baskets, diff.after.baskets, out);
  weighing_rows(diff.before.weighing, diff.after.weighing, out);
  size_row("bytes", diff.before.bytes, diff.after.bytes, out);
  size_row("items", diff.before.items, diff.after.items, out);
  size_row("affinity bytes", diff.before.affinity_bytes, diff.after.affinity_bytes, out);
  size_row("weights", diff.before.weights, diff.after.weights, out);
}

std::string share_of(std::size_t part, std::size_t whole) {
  return grouped(part) + " (" + percent(whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0) + ")";
}

std::string said(Said const& one) {
  return one.sku.empty() ? "nothing" : one.name + " (" + percent(one.probability) + ")";
}

std::string joined(std::vector<std::string> const& names) {
  std::string text;
  for (std::size_t n = 0; n < std::min<std::size_t>(4, names.size()); ++n) {
    if (n > 0) text += n + 1 == names.size() ? " and " : ", ";
    text += names[n];
  }
  if (names.size() > 4) text += " and " + grouped(names.size() - 4) + " more";
  return text.empty() ? "an empty basket" : text;
}

void suggestions(SuggestionChanges const& changes, std::size_t shown, std::string& out) {
  out += "\nsuggestions at the subtotal, for " + counted(changes.baskets, "basket") + " (" + changes.sample + ")\n";
  out += "  first changed        " + share_of(changes.first_changed, changes.baskets) + '\n';
  out += "  any of three changed " + share_of(changes.any_of_three_changed, changes.baskets) + '\n';
  out += "  nothing said         " + share_of(changes.silent_before, changes.baskets) + " -> " +
         share_of(changes.silent_after, changes.baskets) + '\n';
  auto const moved = [](SuggestedItem const& item) {
    return item.item.name + " [" + item.item.sku + "]: " + grouped(item.before) + " -> " + counted(item.after, "time");
  };
  if (!changes.gained.empty()) out += "more often among the first three\n";
  list(changes.gained, shown, out, moved);
  if (!changes.lost.empty()) out += "less often\n";
  list(changes.lost, shown, out, moved);
  if (!changes.examples.empty()) out += "for example\n";
  list(changes.examples, shown, out, [](SuggestionExample const& example) {
    return "with " + joined(example.basket) + ": was " + said(example.before) + ", now " + said(example.after);
  });
}

}  // namespace

std::string text_report(BundleDiff const& diff, std::size_t shown) {
  std::string out;
  sizes(diff, out);
  auto const named = [](NamedItem const& item) { return item.sku + "  " + item.name; };
  auto const change = [](Change const& one) {
    return one.where + ": " + one.what + " " + one.before + " -> " + one.after;
  };
  out += "\nitems: " + grouped(diff.added.size()) + " added, " + grouped(diff.removed.size()) + " removed, " +
         counted(diff.items.size(), "change") + " of others\n";
  if (!diff.added.empty()) out += "added\n";
  list(diff.added, shown, out, named);
  if (!diff.removed.empty()) out += "removed\n";
  list(diff.removed, shown, out, named);
  if (!diff.items.empty()) out += "changed\n";
  list(diff.items, shown, out, change);
  out += "\npolicy, campaigns, texts: " + counted(diff.settings.size(), "change") + '\n';
  list(diff.settings, shown, out, change);
  suggestions(diff.suggestions, shown, out);
  return out;
}

}  // namespace tillcue::models
