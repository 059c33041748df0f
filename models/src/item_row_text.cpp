#include <algorithm>
#include <cstdio>

#include "tillcue/models/item_row.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

std::string formatted(char const* format, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// SKUs as wide as the longest one.
std::size_t width_of(std::vector<RowEntry> const& entries) {
  std::size_t width = 3;
  for (auto const& entry : entries) width = std::max(width, entry.sku.size());
  return width;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

void entry_line(RowEntry const& entry, bool with_counts, std::size_t width, std::string& out) {
  out += formatted("  %+10.6f  ", entry.weight) + padded(entry.sku, width);
  if (with_counts && entry.counted) {
    out +=
        formatted("  %9u %9u  %8.2f %6.1f %%  %8.1f  %7.1e  %-28s", entry.own, entry.together, entry.significance.lift,
                  entry.confidence * 100, entry.significance.g2, entry.false_discovery, entry.why.c_str());
  } else if (with_counts) {
    out += formatted("  %-89s", "not in the counts");
  }
  out += "  " + entry.name;
  if (!with_counts && entry.borrowed) out += " (borrowed)";
  if (!with_counts && !entry.borrowed && entry.weight > 0 && !entry.significant) out += " (may be chance)";
  out += '\n';
}

void entries(std::vector<RowEntry> const& all, std::size_t shown, bool with_counts, std::string& out) {
  auto const width = width_of(all);
  if (!all.empty()) {
    out += "      weight  " + padded("SKU", width);
    if (with_counts) {
      out += formatted("  %9s %9s  %8s %8s  %8s  %7s  %-28s", "baskets", "together", "lift", "conf.", "G2", "FDR",
                       "why it stayed");
    }
    out += "  name\n";
  }
  for (std::size_t n = 0; n < std::min(shown, all.size()); ++n) entry_line(all[n], with_counts, width, out);
  if (all.size() > shown) out += "  ... and " + grouped(all.size() - shown) + " more (--top, --json)\n";
}

void heading(ItemRow const& row, std::string& out) {
  out += row.sku + "  " + row.name;
  if (!row.category.empty()) out += "  [" + row.category + "]";
  if (!row.price.empty()) out += "  " + row.price;
  for (auto const& flag : row.flags) out += "  " + flag;
  out += formatted("\nintercept %+.6f", row.intercept);
  if (row.counted) {
    out += "; in " + grouped(row.own) + " of " + counted(row.baskets, "basket");
    if (row.baskets > 0)
      out += " (" + percent(static_cast<double>(row.own) / static_cast<double>(row.baskets), 2) + ")";
  }
  out += row.borrowed ? "; too few sales of its own: its row is borrowed from items like it\n" : "\n";
}

void ladder(ItemRow const& row, std::string& out) {
  if (row.ladder.empty()) return;
  out += "\nlarger or better versions\n";
  for (auto const& rung : row.ladder) {
    out += rung.by_size() ? (rung.up ? "  larger   " : "  smaller  ") : (rung.up ? "  better   " : "  below    ");
    out += rung.sku + "  " + rung.name;
    if (!rung.price.empty()) out += "  " + rung.price;
    if (rung.share > 0)
      out += "; " + percent(rung.share, 1) + " of the buyers of either take the " +
             (rung.by_size() ? "larger" : "better") + " one";
    if (rung.size_percent > 0) out += formatted("; %u %% of the size", rung.size_percent);
    out += rung.manual ? "; head office's\n" : "; mined\n";
  }
}

}  // namespace

std::string text_report(ItemRow const& row, std::size_t shown) {
  std::string out;
  heading(row, out);
  out += "\nspeaks for (+) or against (-) " + counted(row.neighbours.size(), "item") + '\n';
  entries(row.neighbours, shown, row.counted, out);
  out += "\nspoken for by " + counted(row.incoming.size(), "item") + '\n';
  entries(row.incoming, shown, row.counted, out);
  ladder(row, out);
  out += "\nalone in the basket, without rules, it brings\n";
  for (auto const& suggestion : row.suggestions) {
    out += formatted("  %5.1f %%  ", suggestion.probability * 100) + suggestion.sku + "  " + suggestion.name + " (" +
           suggestion.reason + ")\n";
  }
  if (!row.counted) {
    out +=
        "\nbaskets, lift, significance and why a weight stayed: tillcue-models count --transactions F --out COUNTS, "
        "then inspect --counts COUNTS\n";
  }
  return out;
}

}  // namespace tillcue::models
