#ifndef TILLCUE_TILL_CLIENT_H
#define TILLCUE_TILL_CLIENT_H

/* The till's end of the native protocol (pos-adapter/PROTOCOL.md) for POS programs. C99, libc only.
 *
 * The sale never waits for it: every call returns at once. What is said is kept and sent as the line takes it; answers
 * and hints are read by till_poll(), to be called now and then or when till_descriptor() is readable. While there is no
 * terminal every call still succeeds and nothing happens; when it is there again the open sale is told anew, whole, so
 * that no item is lost or counted twice.
 *
 *   till_client *till = till_open("127.0.0.1:7707", "lane-3", "ExamplePOS 4.2");
 *   till_begin(till, "2026-11-21/0042");
 *   till_put(till, 1, "4006381333931", 2000, 199, "Pen blue");
 *   till_event event;
 *   while (till_poll(till, &event)) if (event.kind == TILL_HINTS && event.card_count) show(event.cards[0].script);
 *   till_tender(till);
 *   till_finish(till, 398);
 *   till_close(till);
 *
 * Threads  one at a time for each client. Signals  never raises SIGPIPE. Texts  UTF-8; copied before a call returns.
 * Errors   functions return 0, or a negative TILL_E_ code; till_error() says more, for a human. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TILL_API __attribute__((visibility("default")))
#else
#define TILL_API
#endif

#define TILL_CLIENT_VERSION 1

typedef struct till_client till_client;

enum {
  TILL_OK = 0,
  TILL_E_INVALID = -1, /* an argument breaks a limit of the protocol; nothing was said */
  TILL_E_STATE = -2,   /* no sale is open, or one is open already */
  TILL_E_FULL = -3     /* the sale has TILL_MAX_LINES lines; sell on without us */
};

#define TILL_MAX_LINES 1000
#define TILL_MAX_CARDS 3
#define TILL_MAX_MORE 2
#define TILL_ANY_PRICE INT64_MIN /* the terminal takes the price of its catalogue */
#define TILL_NO_TOTAL INT64_MIN

typedef enum {
  TILL_NOTHING = 0,
  TILL_CONNECTED, /* the terminal said hello */
  TILL_LOST,      /* it is gone; connecting is tried again by itself */
  TILL_HINTS,     /* replaces what was shown; no cards: show nothing */
  TILL_COUPON,    /* a coupon and what became of it */
  TILL_NOTICE,    /* a text for the human at the till */
  TILL_REFUSED    /* the terminal refused something that was said: text says why */
} till_event_kind;

/* One hint. Empty texts where there is nothing. */
typedef struct {
  uint32_t offer; /* for till_answer(); 0: only to be looked at */
  int is_notice;  /* information: shown without accept and decline */
  char const *sku, *name, *price, *discount, *script, *reason;
  char const* instead_of; /* of an upgrade: the SKU whose place it takes; sold, one piece of that goes out again */
  int more_count;         /* of a set: further SKUs to ring up with `sku`, each at its own price */
  char const* more[TILL_MAX_MORE];
} till_card;

/* Its texts are valid until the next call with the same client. */
typedef struct {
  till_event_kind kind;
  char const* sale;  /* of hints and coupons */
  char const* stage; /* of hints: "scan", "subtotal", "tender" */
  int card_count;
  till_card cards[TILL_MAX_CARDS];
  char const *serial, *fate; /* of a coupon; fate: "printed", "unconfirmed", "dropped" */
  char const* text;          /* of a coupon, a notice, a refusal; why a line was lost */
} till_event;

/* A client that connects by itself, now and whenever the line was lost. `where`: "127.0.0.1:7707", "[::1]:7707" or
 * "unix:/run/tillcue/pos.sock". `till` and `software` name the POS to the terminal; `software` may be NULL.
 * NULL when an argument is invalid or memory is out. */
TILL_API till_client* till_open(char const* where, char const* till, char const* software);
/* Ends the connection; what has not been sent is tried once more, without waiting. NULL is fine. */
TILL_API void till_close(till_client* client);

/* Opens a sale of this name, unique at this terminal. */
TILL_API int till_begin(till_client* client, char const* sale);
/* Sets a line of the sale, anew or for the first time. Quantity in thousandths (2000: two; negative: a return), price
 * of one in minor units or TILL_ANY_PRICE, name or NULL. */
TILL_API int till_put(till_client* client, uint32_t line, char const* sku, int64_t quantity_milli, int64_t price_minor,
                      char const* name);
TILL_API int till_remove(till_client* client, uint32_t line);
/* The loyalty id; NULL or empty: nobody known any more. Never a payment card number. */
TILL_API int till_customer(till_client* client, char const* customer);
TILL_API int till_subtotal(till_client* client);
TILL_API int till_tender(till_client* client);
/* Paid, or cancelled: the sale is closed. Kept until the terminal has heard it. */
TILL_API int till_finish(till_client* client, int64_t total_minor);
TILL_API int till_void(till_client* client);
TILL_API int till_answer(till_client* client, uint32_t offer, int accepted);

/* Sends what waits, reads what has come, reconnects when it is time; never waits. 1 and the next event, or 0 when there
 * is none now. To be called until it says 0. */
TILL_API int till_poll(till_client* client, till_event* event);
/* To be watched for reading together with others; -1 while there is no connection: call till_poll() every second. */
TILL_API int till_descriptor(till_client const* client);
TILL_API int till_is_connected(till_client const* client);
/* Why the last call failed or the line was lost; empty when all is well. Valid until the next call. */
TILL_API char const* till_error(till_client const* client);

#ifdef __cplusplus
}
#endif

#endif
