#include "tillcue/pos/alias_book.hpp"

#include <algorithm>

#include "text/csv_row.hpp"
#include "tillcue/core/letters.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kMostPrices = 16;  ///< that one name is kept with

/// Case, accents and blanks do not tell aliases apart; everything else does, damage included, for damage is constant.
std::string alias_key(std::string_view text) {
  std::string out;
  for (auto const c : from_utf8(text.substr(0, NameMatcher::kMaxName))) {
    auto const letter = folded_letter(c);
    if (!letter.text().empty()) {
      out += letter.text();
    } else if (c > U' ' && c != U'\u00A0') {
      out += to_utf8(std::u32string_view(&c, 1));
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string quoted(std::string_view cell) {
  std::string out = "\"";
  for (auto const c : cell) {
    if (c == '"') out += '"';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

struct Row {
  std::string_view text, sku, price;
};

/// Where the columns stand.
struct Header {
  std::size_t text = 0, sku = 0, price = 0;

  static Result<Header> of(std::vector<std::string> const& cells) {
    auto const at = [&](std::string_view name) {
      return static_cast<std::size_t>(std::find(cells.begin(), cells.end(), name) - cells.begin());
    };
    Header const header{at("text"), at("sku"), at("price")};
    if (header.text < cells.size() && header.sku < cells.size()) return header;
    return fail(Code::invalid, "the first line must name the columns: text,sku[,price]");
  }

  [[nodiscard]] Row row(std::vector<std::string> const& cells) const {
    auto const cell = [&](std::size_t n) { return n < cells.size() ? std::string_view(cells[n]) : std::string_view(); };
    return {cell(text), cell(sku), cell(price)};
  }
};

}  // namespace

Result<std::size_t> AliasBook::read(std::string_view csv, std::string_view file, AliasOrigin origin) {
  std::vector<std::pair<std::string, Meaning>> rows;
  std::optional<Header> header;
  for (std::size_t number = 1; !csv.empty(); ++number) {
    auto line = csv.substr(0, csv.find('\n'));
    csv.remove_prefix(std::min(line.size() + 1, csv.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (number == 1 && line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
    if (line.empty()) continue;
    auto const wrong = [&](std::string const& what) {
      return fail(Code::invalid, std::string(file) + ":" + std::to_string(number) + ": " + what);
    };
    auto const cells = csv_row(line);
    if (!cells) return wrong(cells.error().what);
    if (!header) {
      auto named = Header::of(*cells);
      if (!named) return wrong(named.error().what);
      header = *named;
      continue;
    }
    auto const row = header->row(*cells);
    auto key = alias_key(row.text);
    if (key.empty()) return wrong("text: is empty; write the name as the till shows it");
    if (row.sku.size() > kMaxIdentifier) return wrong("sku: is longer than 64 bytes");
    if (row.sku.empty() && origin == AliasOrigin::head_office) return wrong("sku: is empty; write the item's code");
    Meaning meaning{{}, Sku(std::string(row.sku)), origin, std::string(row.text)};
    if (!row.price.empty()) {
      auto const price = parse_money(row.price, currency_);
      if (!price) return wrong("price: " + price.error().what);
      meaning.price_minor = price->minor;
    }
    if (rows.size() == kMost) return wrong("more than " + std::to_string(kMost) + " names: leave out the rare ones");
    rows.emplace_back(std::move(key), std::move(meaning));
  }
  for (auto& [key, meaning] : rows) set(std::move(key), std::move(meaning));
  return rows.size();
}

void AliasBook::set(std::string key, Meaning meaning) {
  if (names_.size() >= kMost && !names_.contains(key)) return;
  auto& meanings = names_[std::move(key)];
  auto const same = std::find_if(meanings.begin(), meanings.end(),
                                 [&](Meaning const& known) { return known.price_minor == meaning.price_minor; });
  if (same == meanings.end()) {
    if (meanings.size() < kMostPrices) {
      meanings.push_back(std::move(meaning));
      ++revision_;
    }
  } else if (!(same->sku == meaning.sku) && (same->origin == AliasOrigin::learned || meaning.origin == same->origin)) {
    *same = std::move(meaning);
    ++revision_;
  }
}

void AliasBook::tell(HeardName const& said, Sku const& sku) {
  auto key = alias_key(said.text);
  if (key.empty() || sku.empty()) return;
  set(std::move(key), {said.price_minor, sku, AliasOrigin::head_office, std::string(said.text)});
}

void AliasBook::learn(HeardName const& heard, Sku const& sku) {
  auto key = alias_key(heard.text);
  if (key.empty() || sku.empty()) return;
  Meaning meaning{heard.price_minor, sku, AliasOrigin::learned,
                  std::string(heard.text.substr(0, NameMatcher::kMaxName))};
  if (auto const found = names_.find(key); found != names_.end()) {
    for (auto const& known : found->second) {
      if (known.price_minor != heard.price_minor || known.sku == sku) continue;
      if (known.origin == AliasOrigin::head_office) return;
      meaning.sku = Sku();
    }
  }
  set(std::move(key), std::move(meaning));
}

std::optional<Sku> AliasBook::find(HeardName const& heard) const {
  auto const found = names_.find(alias_key(heard.text));
  if (found == names_.end()) return {};
  auto const& meanings = found->second;
  auto const answer = [](Meaning const& one) { return one.sku.empty() ? std::optional<Sku>() : one.sku; };
  // Head office may say what a name means at any price; what was learned holds for the prices it was learned at.
  for (auto const& one : meanings) {
    if (heard.price_minor && one.price_minor == heard.price_minor) return answer(one);
  }
  for (auto const& one : meanings) {
    if (!one.price_minor) return answer(one);
  }
  auto const elsewhere = [&](Meaning const& one) {
    return heard.price_minor && one.origin == AliasOrigin::head_office;
  };
  if (std::any_of(meanings.begin(), meanings.end(), elsewhere)) return {};
  auto const& first = meanings.front().sku;
  auto const other = [&](Meaning const& one) { return !(one.sku == first); };
  if (std::any_of(meanings.begin(), meanings.end(), other)) return {};
  return answer(meanings.front());
}

std::string AliasBook::learned_csv() const {
  std::vector<std::string> rows;
  for (auto const& [key, meanings] : names_) {
    for (auto const& one : meanings) {
      if (one.origin != AliasOrigin::learned) continue;
      auto const price = one.price_minor ? to_text(Money{*one.price_minor, currency_}, false) : std::string();
      rows.push_back(quoted(one.text) + "," + quoted(one.sku.value) + "," + price + "\n");
    }
  }
  std::sort(rows.begin(), rows.end());
  std::string out = "text,sku,price\n";
  for (auto const& row : rows) out += row;
  return out;
}

}  // namespace tillcue::pos
