#include "screen/screen_json.hpp"

#include "protocol/json_line.hpp"
#include "screen/page.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {

std::string screen_line(HintBoard const& board) { return encode(board); }

std::string screen_line(TerminalStatus const& status, ScreenOptions const& options) {
  nlohmann::ordered_json out;
  out["type"] = "status";
  out["terminal"] = status.terminal;
  out["store"] = status.store;
  out["language"] = status.language;
  out["release"] = status.release;
  out["hq"] = status.hq_connected ? nlohmann::ordered_json(*status.hq_connected) : nlohmann::ordered_json();
  out["printer_ok"] = status.printer_ok;
  out["printer"] = status.printer;
  out["outbox"] = status.outbox_pending;
  out["sales"] = status.sales;
  out["message"] = status.message;
  out["keys"] = {options.accept_key, options.decline_key};
  out["parents"] = options.parents;
  out["page"] = page_version();
  return json_line(out);
}

}  // namespace tillcue::pos
