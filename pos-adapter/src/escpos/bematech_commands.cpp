#include "escpos_commands.hpp"

namespace tillcue::pos {
namespace {

/// ESC/Bema, the native language of the MP-4200: ESC/POS but for emphasis, size and cut. Its QR command differs from
/// firmware to firmware and is not used.
class BematechCommands final : public EscPosCommands {
 public:
  void begin(Bytes& out) const override {
    bold(false, out);
    large(false, out);
  }
  void large(bool on, Bytes& out) const override {
    unsigned const value = on ? 1 : 0;
    put(out, {0x1B, 'W', value, 0x1B, 'd', value});
  }
  void bold(bool on, Bytes& out) const override { put(out, {0x1B, on ? 'E' : static_cast<unsigned>('F')}); }
  void feed(std::uint8_t lines, Bytes& out) const override { out.insert(out.end(), lines, std::byte{'\n'}); }
  void cut(CutKind kind, Bytes& out) const override {
    if (kind == CutKind::partial) put(out, {0x1B, 'm'});
    if (kind == CutKind::full) put(out, {0x1B, 'w'});
  }
  void end(Bytes& out) const override { align(false, out); }
};

}  // namespace

SlipCommands const& bematech_commands() {
  static BematechCommands const kCommands;
  return kCommands;
}

}  // namespace tillcue::pos
