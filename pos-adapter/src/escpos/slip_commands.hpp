#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "slip_layout.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos {

/// What a slip is made of, as the commands of one printer language. Appends to `out`; every mode that is set is set
/// back to its power-on value behind what needed it.
class SlipCommands {
 public:
  using Bytes = std::vector<std::byte>;

  virtual ~SlipCommands() = default;
  virtual void begin(Bytes& out) const = 0;
  virtual void align(bool centred, Bytes& out) const = 0;
  virtual void large(bool on, Bytes& out) const = 0;  ///< double width and height
  virtual void bold(bool on, Bytes& out) const = 0;
  virtual void select_code_page(std::uint8_t number, Bytes& out) const = 0;
  /// Without the line's end where the language's symbols end theirs.
  virtual void barcode(BarcodeKind kind, std::string_view data, unsigned module, Bytes& out) const = 0;
  virtual void qr(std::string_view data, unsigned module, Bytes& out) const = 0;
  virtual void feed(std::uint8_t lines, Bytes& out) const = 0;
  virtual void cut(CutKind kind, Bytes& out) const = 0;
  virtual void end(Bytes& out) const = 0;
  /// False for data that this language has other meanings for: such a symbol is painted.
  [[nodiscard]] virtual bool can_code128(std::string_view data) const = 0;
};

/// Of a profile's language. Static objects: never destroyed.
[[nodiscard]] SlipCommands const& commands_in(Dialect language);
[[nodiscard]] SlipCommands const& escpos_commands();
[[nodiscard]] SlipCommands const& star_commands();
[[nodiscard]] SlipCommands const& bematech_commands();

/// Dots: 10 mm, high enough for a hand scanner.
inline constexpr unsigned kBarcodeDots = 80;

inline void put(std::vector<std::byte>& out, std::initializer_list<unsigned> bytes) {
  for (unsigned const b : bytes) out.push_back(static_cast<std::byte>(b));
}
inline void put(std::vector<std::byte>& out, std::string_view text) {
  for (char const c : text) out.push_back(static_cast<std::byte>(c));
}

}  // namespace tillcue::pos
