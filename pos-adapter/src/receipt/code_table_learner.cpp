#include "tillcue/pos/code_table_learner.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "receipt_words.hpp"

namespace tillcue::pos {
namespace {

using reading::folded;

/// A word as one table reads it, and which word that was.
struct Reading {
  std::size_t table;
  std::size_t word;
};

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_word_byte(char c) { return is_high(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// The word in small letters; empty when a byte of it is no letter in this table.
std::u32string read(std::string const& word, CodeTable table) {
  std::u32string letters;
  for (char const c : word) letters += decode(table, static_cast<std::uint8_t>(c));
  auto small = folded(letters);
  return small.size() == letters.size() && small.find(U' ') == std::u32string::npos ? small : std::u32string();
}

/// Calls `take` with each word between spaces.
template <class Take>
void each_word(std::u32string const& text, Take const& take) {
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find(U' ', at), text.size());
    if (end > at) take(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

bool HeardWords::take(std::span<std::byte const> slip, Dialect language) {
  std::vector<std::string> found;
  bool told = false;
  Tokenizer tokens(language);
  auto const sink = [&](Token const& token) {
    // ESC t, Star's ESC GS t; FS & and its like choose letters of two bytes.
    auto const third = token.byte(2);
    told = told || token.is('\x1B', 't') || (token.is('\x1B', '\x1D') && third == 't') || token.is('\x1C', '&');
    if (token.kind != TokenKind::text) return;
    std::string word;
    auto const end = [&] {
      bool const fits = word.size() >= kShortest && word.size() <= kLongest;
      if (fits && std::any_of(word.begin(), word.end(), is_high)) found.push_back(word);
      word.clear();
    };
    for (auto const byte : token.bytes) {
      auto const c = std::to_integer<char>(byte);
      if (is_word_byte(c))
        word += c;
      else
        end();
    }
    end();
  };
  tokens.feed(slip, sink);
  tokens.finish(sink);
  if (told || found.empty()) return false;
  for (auto& word : found) {
    if (words_.size() < kMost) words_.insert(std::move(word));
  }
  return true;
}

TableFit fit_code_table(std::set<std::string> const& words, CodeTable in_force, EachName const& names) {
  auto const tables = code_tables();
  std::unordered_map<std::u32string, std::vector<Reading>> readings;
  std::size_t number = 0;
  for (auto const& word : words) {
    for (std::size_t table = 0; table < tables.size(); ++table) {
      if (auto letters = read(word, tables[table]); !letters.empty()) readings[letters].push_back({table, number});
    }
    ++number;
  }
  std::vector<std::vector<char>> known(tables.size(), std::vector<char>(words.size(), 0));
  names([&](std::string_view name) {
    each_word(folded(from_utf8(name)), [&](std::u32string const& word) {
      auto const found = readings.find(word);
      if (found == readings.end()) return;
      for (auto const& reading : found->second) known[reading.table][reading.word] = 1;
    });
  });
  TableFit fit{in_force, words.size(), 0, 0};
  auto const count = [&](std::size_t table) {
    return static_cast<std::size_t>(std::count(known[table].begin(), known[table].end(), 1));
  };
  auto const now = static_cast<std::size_t>(std::find(tables.begin(), tables.end(), in_force) - tables.begin());
  fit.known = fit.before = count(now);
  for (std::size_t table = 0; table < tables.size(); ++table) {
    if (auto const better = count(table); better > fit.known) {
      fit.known = better;
      fit.table = tables[table];
    }
  }
  return fit;
}

}  // namespace tillcue::pos
