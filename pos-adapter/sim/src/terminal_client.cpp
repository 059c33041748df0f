#include "terminal_client.hpp"

#include <utility>

namespace tillcue::pos::sim {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 2000ms;

}  // namespace

Result<TerminalClient> TerminalClient::connect(Address const& address, OnPush on_push) {
  auto socket = LineSocket::connect(address, kPatience);
  if (!socket) return tl::unexpected(socket.error().within("terminal"));
  return TerminalClient(std::move(*socket), std::move(on_push));
}

Result<bool> TerminalClient::receive(LineSocket::Clock::time_point deadline, FromTerminal& out) {
  for (;;) {
    auto const line = socket_.line(deadline);
    if (!line) return tl::unexpected(line.error().within("terminal"));
    if (!*line) return false;
    auto message = parse_from_terminal(**line);
    if (!message && message.error().code != Code::unsupported) {
      return tl::unexpected(message.error().within("terminal"));
    }
    if (!message) continue;
    out = std::move(*message);
    return true;
  }
}

Result<std::optional<Refused>> TerminalClient::ask(Message message) {
  auto const id = next_id_++;
  if (auto const sent = socket_.send(encode(Request{id, std::move(message)}), kPatience); !sent) {
    return tl::unexpected(sent.error().within("terminal"));
  }
  auto const deadline = LineSocket::Clock::now() + kPatience;
  FromTerminal answer;
  for (;;) {
    auto const came = receive(deadline, answer);
    if (!came) return tl::unexpected(came.error());
    if (!*came) return fail(Code::timeout, "terminal: no answer within 2 s");
    auto const* ok = std::get_if<Ok>(&answer);
    auto const* refused = std::get_if<Refused>(&answer);
    if (ok == nullptr && refused == nullptr) {
      on_push_(answer);
    } else if (ok != nullptr && ok->id == id) {
      return std::optional<Refused>{};
    } else if (refused != nullptr && (refused->id == id || !refused->id)) {
      return std::optional{*refused};
    }
  }
}

Result<void> TerminalClient::listen(std::chrono::milliseconds for_so_long) {
  auto const deadline = LineSocket::Clock::now() + for_so_long;
  FromTerminal push;
  for (;;) {
    auto const came = receive(deadline, push);
    if (!came) return tl::unexpected(came.error());
    if (!*came) return {};
    if (!std::holds_alternative<Ok>(push) && !std::holds_alternative<Refused>(push)) on_push_(push);
  }
}

}  // namespace tillcue::pos::sim
