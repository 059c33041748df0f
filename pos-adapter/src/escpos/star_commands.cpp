#include <algorithm>

#include "slip_commands.hpp"

namespace tillcue::pos {
namespace {

constexpr unsigned kEsc = 0x1B, kGs = 0x1D, kRs = 0x1E;

/// Star Line mode and StarPRNT say a slip alike; what differs is how they take pictures (PictureKind).
class StarCommands final : public SlipCommands {
 public:
  /// The alignment comes first: by it the language of a job is known.
  void begin(Bytes& out) const override {
    align(false, out);
    put(out, {kEsc, 'F', kEsc, 'i', 0, 0});
  }
  void align(bool centred, Bytes& out) const override { put(out, {kEsc, kGs, 'a', centred ? 1U : 0U}); }
  void large(bool on, Bytes& out) const override {
    unsigned const more = on ? 1 : 0;
    put(out, {kEsc, 'i', more, more});
  }
  void bold(bool on, Bytes& out) const override { put(out, {kEsc, on ? 'E' : static_cast<unsigned>('F')}); }
  void select_code_page(std::uint8_t number, Bytes& out) const override { put(out, {kEsc, kGs, 't', number}); }
  /// With its text below and a line feed; modules of 2, 3, 4 dots are 1, 2, 3.
  void barcode(BarcodeKind kind, std::string_view data, unsigned module, Bytes& out) const override {
    put(out, {kEsc, 'b', kind == BarcodeKind::ean13 ? 3U : 6U, 2, std::clamp(module, 2U, 4U) - 1, kBarcodeDots});
    put(out, data);
    put(out, {kRs});
  }
  void qr(std::string_view data, unsigned module, Bytes& out) const override {
    auto const size = static_cast<unsigned>(data.size());
    put(out, {kEsc, kGs, 'y', 'S', '0', 2});       // model 2
    put(out, {kEsc, kGs, 'y', 'S', '2', module});  // size
    put(out, {kEsc, kGs, 'y', 'S', '1', 1});       // error level M
    put(out, {kEsc, kGs, 'y', 'D', '1', 0, size & 0xFFU, size >> 8U});
    put(out, data);
    put(out, {kEsc, kGs, 'y', 'P'});
    put(out, {'\n'});
  }
  void feed(std::uint8_t lines, Bytes& out) const override { put(out, {kEsc, 'a', lines}); }
  /// Both feed to the blade first.
  void cut(CutKind kind, Bytes& out) const override {
    if (kind == CutKind::partial) put(out, {kEsc, 'd', 3});
    if (kind == CutKind::full) put(out, {kEsc, 'd', 2});
  }
  void end(Bytes& out) const override { align(false, out); }
  /// '%' begins a special character there.
  [[nodiscard]] bool can_code128(std::string_view data) const override {
    return data.find('%') == std::string_view::npos;
  }
};

}  // namespace

SlipCommands const& star_commands() {
  static StarCommands const kCommands;
  return kCommands;
}

}  // namespace tillcue::pos
