"""The table of handlers: one for every command, checked by a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.engine.handlers import (
    budgets,
    chats,
    keys,
    models,
    reconciliation,
    settings,
    turns,
    usage,
)
from app.seam import budgets as budgeting
from app.seam import commands
from app.seam import reconciliation as reconciling

HANDLERS: dict[type, Callable[[Any, Any], Any]] = {
    commands.NewChat: chats.new_chat,
    commands.OpenChat: chats.open_chat,
    commands.ListChats: chats.list_chats,
    commands.RenameChat: chats.rename_chat,
    commands.PinChat: chats.pin_chat,
    commands.DeleteChat: chats.delete_chat,
    commands.RestoreChat: chats.restore_chat,
    commands.SearchChats: chats.search_chats,
    commands.AddPane: chats.add_pane,
    commands.ClosePane: chats.close_pane,
    commands.KeepOnlyPane: chats.keep_only_pane,
    commands.ChooseModel: chats.choose_model,
    commands.ShowBranch: chats.show_branch,
    commands.SaveDraft: chats.save_draft,
    commands.ExportChat: chats.export_chat,
    commands.SendMessage: turns.send_message,
    commands.EditMessage: turns.edit_message,
    commands.Regenerate: turns.regenerate,
    commands.ContinueAnswer: turns.continue_answer,
    commands.KeepAnswer: turns.keep_answer,
    commands.StopTurn: turns.stop_turn,
    commands.AskQuote: turns.ask_quote,
    commands.AskCheaper: turns.ask_cheaper,
    commands.AskModelCosts: turns.ask_model_costs,
    commands.AskQuoteAgain: turns.ask_quote_again,
    commands.AskReceipt: turns.ask_receipt,
    commands.AskBilling: turns.ask_billing,
    commands.AttachFile: models.attach_file,
    commands.ListModels: models.list_models,
    commands.SetFavorite: models.set_favorite,
    commands.FindLocalModels: models.find_local_models,
    commands.StartDemo: models.start_demo,
    commands.ListKeys: keys.list_keys,
    commands.CheckAndKeepKey: keys.check_and_keep_key,
    commands.CancelKeyCheck: keys.cancel_key_check,
    commands.CheckKey: keys.check_key,
    commands.RemoveKey: keys.remove_key,
    commands.SetKeyPrice: keys.set_key_price,
    commands.AskKeychain: keys.ask_keychain,
    commands.OpenVault: keys.open_vault,
    commands.ChangeSettings: settings.change_settings,
    commands.SetShortcut: settings.set_shortcut,
    commands.SetProxy: settings.set_proxy,
    commands.TestProxy: settings.check_proxy,
    commands.AskUsage: usage.ask_usage,
    commands.AskUsageCalls: usage.ask_usage_calls,
    commands.ExportUsage: usage.export_usage,
    commands.StopUsageExport: usage.stop_usage_export,
    budgeting.AskBudgets: budgets.ask_budgets,
    budgeting.SaveBudget: budgets.save_budget,
    budgeting.RemoveBudget: budgets.remove_budget,
    budgeting.SetGuard: budgets.set_guard,
    reconciling.AskReconciliationSources: reconciliation.ask_sources,
    reconciling.AskReconciliation: reconciliation.ask_reconciliation,
    reconciling.KeepAdminKey: reconciliation.keep_admin_key,
    reconciling.RemoveAdminKey: reconciliation.remove_admin_key,
}
