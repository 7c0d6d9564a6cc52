"""The auditor's pages. Every one of them asks for `audit.review_log`; a refusal is logged before its answer leaves."""
