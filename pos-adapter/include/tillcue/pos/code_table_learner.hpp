#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// Words beyond ASCII as a POS prints them, in its bytes, while it names no code table: what a guess at the table can
/// be held against.
/// Limits  512 different words of 3 to 24 bytes.  Threads  one.
class HeardWords {
 public:
  static constexpr std::size_t kMost = 512, kShortest = 3, kLongest = 24;

  /// Takes the words of one slip; false when there is none to take: it is ASCII, or says its table itself.
  bool take(std::span<std::byte const> slip, Dialect language);
  void clear() { words_.clear(); }
  [[nodiscard]] std::set<std::string> const& all() const noexcept { return words_; }

 private:
  std::set<std::string> words_;
};

/// How well a code table makes known words of what was heard.
struct TableFit {
  CodeTable table = CodeTable::cp437;  ///< the best one; the one in force where it is as good
  std::size_t heard = 0;               ///< different words
  std::size_t known = 0;               ///< of those, words of the catalogue under `table`
  std::size_t before = 0;              ///< and under the table in force
};

/// Names of the catalogue, each given to the function it is called with.
using EachName = std::function<void(std::function<void(std::string_view)> const&)>;

/// Reads the words under every table there is and counts which stand in a name of the catalogue, letter by letter,
/// small and capital alike. Tables that differ in no letter heard are equally good: then the more usual one is taken.
/// Cost  one pass over the names.  Threads  any.
TableFit fit_code_table(std::set<std::string> const& words, CodeTable in_force, EachName const& names);

/// Fewer known words prove nothing; and the table in force must do much worse, for names may be foreign to it.
inline constexpr std::size_t kFewestKnownWords = 6;
[[nodiscard]] inline bool is_sure(TableFit const& fit) noexcept {
  return fit.known >= kFewestKnownWords && fit.known >= 4 * fit.before;
}

}  // namespace tillcue::pos
