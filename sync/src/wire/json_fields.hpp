#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

using Json = nlohmann::json;

/// Parses foreign JSON: at most `limit` bytes and `depth` levels, no key twice in an object, UTF-8, nothing behind it.
/// Errors  invalid, with `what` (the name of the message) in front.
Result<Json> parse_json(std::string_view text, std::size_t limit, int depth, std::string_view what);

/// Reads the fields of one object and remembers the first thing that was wrong, so that a decoder reads like a list.
class Fields {
 public:
  /// Borrows both. `what` names the message in errors.
  Fields(Json const& object, std::string_view what);
  /// A name made on the spot would be gone when it is needed.
  template <class Text, std::enable_if_t<std::is_same_v<Text, std::string>, int> = 0>
  Fields(Json const& object, Text&& what) = delete;

  std::string text(char const* name, std::size_t most, std::size_t least = 0);
  /// Absent reads as empty.
  std::string optional_text(char const* name, std::size_t most);
  std::uint64_t number(char const* name, std::uint64_t least, std::uint64_t most);
  std::uint64_t optional_number(char const* name, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most);
  std::int64_t integer(char const* name, std::int64_t least, std::int64_t most);
  bool flag(char const* name, bool otherwise);
  /// Nullptr (and an error) when it is missing or no array, or has more than `most` elements.
  Json const* array(char const* name, std::size_t most);
  [[nodiscard]] bool has(char const* name) const;
  /// The position of the text in `names`; absent reads as 0 when `may_lack`.
  template <class Enum, std::size_t N>
  Enum choice(char const* name, std::string_view const (&names)[N], bool may_lack = false) {
    if (may_lack && !has(name)) return Enum{};
    auto const value = text(name, 40);
    for (std::size_t n = 0; n < N; ++n) {
      if (names[n] == value) return static_cast<Enum>(n);
    }
    reject(name, "is none of the known values: \"" + value + "\"");
    return Enum{};
  }

  /// The same for words that a newer sender may have and nothing here depends on: an unknown one reads as 0 and is
  /// handed to `newer`.
  template <class Enum, std::size_t N, class Newer>
  Enum choice_or_newer(char const* name, std::string_view const (&names)[N], Newer newer) {
    if (!has(name)) return Enum{};
    auto const value = text(name, 40, 1);
    for (std::size_t n = 0; n < N; ++n) {
      if (names[n] == value) return static_cast<Enum>(n);
    }
    if (ok()) newer(name, value);
    return Enum{};
  }

  void reject(std::string_view name, std::string_view why);
  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] tl::unexpected<Error> error() const { return fail(error_->code, error_->what); }

 private:
  Json const* find(char const* name, bool required);
  Json const& object_;
  std::string_view what_;
  std::optional<Error> error_;
};

/// For encoders: true when the text is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;
/// The longest well-formed UTF-8 beginning of at most `most` bytes.
std::string cut_utf8(std::string_view text, std::size_t most);

}  // namespace tillcue::sync
