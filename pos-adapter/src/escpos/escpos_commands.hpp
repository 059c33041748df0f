#pragma once

#include "slip_commands.hpp"

namespace tillcue::pos {

class EscPosCommands : public SlipCommands {
 public:
  void begin(Bytes& out) const override;
  void align(bool centred, Bytes& out) const override;
  void large(bool on, Bytes& out) const override;
  void bold(bool on, Bytes& out) const override;
  void select_code_page(std::uint8_t number, Bytes& out) const override;
  void barcode(BarcodeKind kind, std::string_view data, unsigned module, Bytes& out) const override;
  void qr(std::string_view data, unsigned module, Bytes& out) const override;
  void feed(std::uint8_t lines, Bytes& out) const override;
  void cut(CutKind kind, Bytes& out) const override;
  void end(Bytes& out) const override;
  [[nodiscard]] bool can_code128(std::string_view /*data*/) const override { return true; }
};

}  // namespace tillcue::pos
