def migrate(cr, version):
    """Give the open questions for an approval the kind of task that they have now, so that the decision closes them.

    Where one user is asked and responsible, both tasks were one kind, and nothing tells which is which: they stay.
    """
    cr.execute(
        """
        UPDATE mail_activity AS task
           SET activity_type_id = kind.res_id
          FROM client_campaign AS campaign, ir_model_data AS kind, ir_model_data AS todo
         WHERE task.res_model = 'client.campaign' AND task.res_id = campaign.id
           AND campaign.approval = 'asked' AND task.user_id = campaign.approver_id
           AND campaign.approver_id <> campaign.user_id
           AND kind.module = 'client_base_campaigns' AND kind.name = 'mail_activity_approve'
           AND todo.module = 'mail' AND todo.name = 'mail_activity_data_todo' AND task.activity_type_id = todo.res_id
        """
    )
